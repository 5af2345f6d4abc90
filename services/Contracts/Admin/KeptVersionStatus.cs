namespace ModelServing.Contracts.Admin;

/// <summary>A version that is kept ready without traffic.</summary>
/// <param name="Version">The version.</param>
/// <param name="ReadyEndpoints">How many endpoints of it are ready.</param>
public sealed record KeptVersionStatus(ModelVersion Version, int ReadyEndpoints);
