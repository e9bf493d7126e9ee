export {};
//# sourceMappingURL=k8s-tables.test.d.ts.map