namespace ModelServing.Cli.Demo;

/// <summary>How a proxy makes a version fail.</summary>
internal enum Fault
{
    /// <summary>The proxy itself answers with an error. The version does not see the call, so its own counters do not show the
    /// fault.</summary>
    Broken,

    /// <summary>The proxy delays the request beyond the deadline that it passes on, so the version itself answers that it came too
    /// late.</summary>
    Late,
}
