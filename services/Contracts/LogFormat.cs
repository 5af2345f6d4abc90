namespace ModelServing.Contracts;

/// <summary>The form of a host's log lines.</summary>
public enum LogFormat
{
    /// <summary>For a person at a terminal.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
