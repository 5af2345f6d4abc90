namespace ModelServing.Predictions;

/// <summary>A store of predictions could not be read or written; the message explains why.</summary>
public sealed class PredictionStoreException : Exception
{
    public PredictionStoreException()
    {
    }

    public PredictionStoreException(string message)
        : base(message)
    {
    }

    public PredictionStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public PredictionStoreException(PredictionStoreError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    public PredictionStoreError Error { get; }
}
