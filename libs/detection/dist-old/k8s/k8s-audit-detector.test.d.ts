export {};
//# sourceMappingURL=k8s-audit-detector.test.d.ts.map