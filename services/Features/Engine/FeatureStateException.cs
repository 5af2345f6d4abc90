namespace ModelServing.Features.Engine;

/// <summary>Bytes are not a state of this view: they are damaged, or belong to another definition or engine.</summary>
public sealed class FeatureStateException : Exception
{
    public FeatureStateException()
    {
    }

    public FeatureStateException(string message)
        : base(message)
    {
    }

    public FeatureStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
