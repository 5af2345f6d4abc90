namespace ModelServing.Contracts;

/// <summary>The form of a host's log lines.</summary>
public enum LogFormat
{
    /// <summary>Lines for people at a terminal.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
