namespace ModelServing.Predictions;

/// <summary>Why a store of predictions could not be read or written.</summary>
public enum PredictionStoreError
{
    /// <summary>The store does not answer, or can't work now; a later call may succeed.</summary>
    Unavailable,

    /// <summary>The store is overloaded. Callers must slow down.</summary>
    Throttled,

    /// <summary>The store will never take these rows, or a row that was read is not a record.</summary>
    Refused,
}
