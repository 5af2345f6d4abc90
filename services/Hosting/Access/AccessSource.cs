namespace ModelServing.Hosting.Access;

/// <summary>The host that made an <see cref="AccessRecord"/>. The numbers are in the files.</summary>
public enum AccessSource
{
    /// <summary>A version, about its part of an attempt.</summary>
    Version = 0,

    /// <summary>A router, about an attempt.</summary>
    Router = 1,

    /// <summary>The feature server, about a request.</summary>
    FeatureServer = 2,

    /// <summary>The functions, about a call.</summary>
    Functions = 3,
}
