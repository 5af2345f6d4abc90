using ModelServing.Stacks.Preview.Cost;

namespace ModelServing.Stacks.Preview;

/// <summary>The values of the options of <c>./dev preview</c>.</summary>
/// <param name="Stack">The one stack to show; null for every stack.</param>
/// <param name="Against">The commit to compare with; null for none.</param>
/// <param name="FoundationOnly">Whether to show the first of the two applies that create an environment.</param>
/// <param name="Format">The format of the output.</param>
/// <param name="Out">A folder for a file about each stack that changes; null for none.</param>
/// <param name="Registry">The folder of a registry with the versions that the stack files name; null for the one of <c>ms up</c>.</param>
/// <param name="Snapshot">Only write the stack's snapshot to this file; null for a preview.</param>
internal sealed record PreviewOptions(
    string? Stack, string? Against, bool FoundationOnly, PreviewFormat Format, string? Out, string? Registry, string? Snapshot)
{
    /// <summary>What the monthly cost is computed for; null for no cost.</summary>
    public CostAssumptions? Cost { get; init; }
}
