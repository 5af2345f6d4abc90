namespace ModelServing.Registry.Onnx;

/// <summary>A file that is no ONNX model, or one that can't be served; the message says why.</summary>
public sealed class OnnxFormatException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public OnnxFormatException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public OnnxFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public OnnxFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
