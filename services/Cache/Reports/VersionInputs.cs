using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>A report about the inputs of a version.</summary>
/// <param name="Report">The report of one of its processes.</param>
public sealed record VersionInputs(ModelVersion Version, InputReport Report);
