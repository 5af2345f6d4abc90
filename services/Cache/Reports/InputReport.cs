namespace ModelServing.Cache.Reports;

/// <summary>A process's report about the inputs of its version: those of the last hour, however often it is sent.</summary>
/// <param name="Inputs">The inputs that are watched.</param>
public sealed record InputReport(IReadOnlyList<InputCounts> Inputs);
