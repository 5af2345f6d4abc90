namespace ModelServing.Jobs.Experiments;

/// <summary>Whether the units came to the arms in the planned shares.</summary>
/// <param name="PValue">The share of experiments with the planned shares that ever look as wrong as this one.</param>
/// <param name="IsAsPlanned">Whether the comparison is valid.</param>
internal sealed record ShareCheck(double PValue, bool IsAsPlanned, IReadOnlyList<SharePoint> OverTime);
