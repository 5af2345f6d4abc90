using Oci.Common;

namespace ModelServing.Oci;

/// <summary>OCI's SDK in this build.</summary>
public static class OciSdk
{
    /// <summary>Whether it is the stand-in of this repository, because the package source lacked the official packages.</summary>
    public static bool IsDouble { get; } = Name.EndsWith(".Double", StringComparison.Ordinal);

    /// <summary>The version of its assemblies.</summary>
    public static string Version { get; } = typeof(Region).Assembly.GetName().Version?.ToString(3) ?? "of an unknown version";

    private static string Name => typeof(Region).Assembly.GetName().Name ?? "";
}
