namespace ModelServing.Settings.Models;

/// <summary>What a version is there for.</summary>
public enum VersionRole
{
    /// <summary>It answers whatever no other variant does, and takes over when one fails.</summary>
    Stable,

    /// <summary>It is on trial.</summary>
    Canary,

    /// <summary>It is compared with the stable one.</summary>
    Arm,

    /// <summary>It gets no traffic and is ready for all of it.</summary>
    Warm,
}
