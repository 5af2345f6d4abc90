namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Every check, in the order of the report. To add one, add it to the class of its area.</summary>
internal static class AllChecks
{
    internal static IReadOnlyList<Check> List { get; } =
    [
        .. ServerChecks.List, .. InferenceChecks.List, .. TypeChecks.List, .. BinaryChecks.List, .. CompressionChecks.List,
        .. ParameterChecks.List, .. ErrorChecks.List,
    ];
}
