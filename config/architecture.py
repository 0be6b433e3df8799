"""The rule for interface modules, for import-linter (pyproject.toml names it)."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class InterfaceContract(Contract):
    """Interface modules are imported by the interface of their own app and by config, by nobody else."""

    type_name = "interface"
    package: Any = fields.StringField()
    rooms: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        illegal = [
            (importer, imported)
            for imported in sorted(graph.find_descendants(self.package))
            if self.is_interface(imported)
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if importer.startswith(f"{self.package}.")
            and not (self.is_interface(importer) and self.app(importer) == self.app(imported))
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["illegal"]:
            output.print_error(f"{importer} -> {imported}")

    def app(self, module: str) -> str:
        return module.removeprefix(f"{self.package}.").split(".")[0]

    def is_interface(self, module: str) -> bool:
        parts = module.removeprefix(f"{self.package}.").split(".")
        return len(parts) > 1 and parts[1] in self.rooms
