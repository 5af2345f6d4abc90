using System.Text.Json.Serialization;

namespace ModelServing.Registry.FirstRuns;

/// <summary>How far a first run came.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FirstRunStep>))]
public enum FirstRunStep
{
    /// <summary>The process has its limits, and the runtime is loaded.</summary>
    Started,

    /// <summary>The runtime refuses the model; the text has the reason.</summary>
    Refused,

    /// <summary>The model needs more memory than the process may use; the text has the runtime's message.</summary>
    OutOfMemory,

    /// <summary>The runtime has opened the model.</summary>
    Opened,

    /// <summary>The model has answered to zeros.</summary>
    Answered,

    /// <summary>The model does not accept zeros; the text has the reason.</summary>
    NotAnswered,

    /// <summary>The model now gets other elements, which the text describes.</summary>
    Probes,

    /// <summary>All is done.</summary>
    Done,
}
