namespace ModelServing.Rpc;

/// <summary>What the beginning of a message says about its names.</summary>
internal enum NamesFound
{
    /// <summary>More of the message is needed.</summary>
    NotYet,

    /// <summary>It has them.</summary>
    All,

    /// <summary>The message names no model.</summary>
    None,
}
