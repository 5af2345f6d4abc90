namespace ModelServing.Inference.Memory;

/// <summary>A call of the model needs more memory than all of its calls may use together.</summary>
internal sealed class ModelMemoryException(long most)
    : Exception($"The model needs more than {most} bytes of memory for this request, which is the limit; ask for fewer rows in one " +
        "request");
