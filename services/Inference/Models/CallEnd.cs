namespace ModelServing.Inference.Models;

/// <summary>How a call of the model ended.</summary>
internal enum CallEnd
{
    /// <summary>There is an answer.</summary>
    Answered,

    /// <summary>The model can't run on inputs of these shapes, whatever their elements.</summary>
    ShapesRefused,

    /// <summary>The model failed.</summary>
    Failed,

    /// <summary>It was ended or abandoned: its time was over, or its caller had left.</summary>
    OutOfTime,

    /// <summary>There is an answer, but its record could not be kept.</summary>
    NotRecorded,
}
