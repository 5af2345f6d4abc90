namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Every check over HTTP, in the order of the report. To add one, add it to the class of its area. Those over gRPC are in
/// <see cref="Rpc.RpcChecks"/>.</summary>
internal static class AllChecks
{
    internal static IReadOnlyList<Check> List { get; } =
    [
        .. ServerChecks.List, .. InferenceChecks.List, .. TypeChecks.List, .. BinaryChecks.List, .. CompressionChecks.List,
        .. ParameterChecks.List, .. ErrorChecks.List,
    ];
}
