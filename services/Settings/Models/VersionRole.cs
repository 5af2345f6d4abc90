namespace ModelServing.Settings.Models;

/// <summary>The reason why a version is deployed.</summary>
public enum VersionRole
{
    /// <summary>It answers every request that no other variant answers, and takes over if one fails.</summary>
    Stable,

    /// <summary>It is on trial.</summary>
    Canary,

    /// <summary>It is compared with the stable version.</summary>
    Arm,

    /// <summary>It gets no traffic, but is ready for all of it.</summary>
    Warm,
}
