namespace ModelServing.Inference.Models;

/// <summary>How a call of the model ended.</summary>
internal enum CallEnd
{
    /// <summary>There is an answer.</summary>
    Answered,

    /// <summary>The model can't run on inputs of these shapes, whatever their elements.</summary>
    ShapesRefused,

    /// <summary>For inputs of these shapes, the model needs more memory than its calls may use, whatever the elements.</summary>
    MemoryRefused,

    /// <summary>The model failed.</summary>
    Failed,

    /// <summary>For these elements, the model needs more memory than its calls may use.</summary>
    OutOfMemory,

    /// <summary>It was ended or abandoned: its time was over, or its caller had left.</summary>
    OutOfTime,

    /// <summary>It got no turn, because too many requests are already waiting.</summary>
    QueueFull,

    /// <summary>It got no turn, because those that wait take longer than it has.</summary>
    QueueTooLong,

    /// <summary>Its time was over, or its caller had left, before its turn.</summary>
    NoTurn,

    /// <summary>There is an answer, but its record could not be kept.</summary>
    NotRecorded,
}
