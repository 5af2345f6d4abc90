namespace ModelServing.Settings.Models;

/// <summary>What happens to a request whose record does not fit into the spool.</summary>
public enum FullSpool
{
    /// <summary>It is answered, and its record is counted as lost.</summary>
    Serve,

    /// <summary>It is answered with 503.</summary>
    Refuse,
}
