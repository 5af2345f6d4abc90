namespace ModelServing.Contracts.Functions;

/// <summary>The functions. They are one program and one image; a setting selects one.</summary>
public enum FunctionName
{
    /// <summary>Receives the messages of alarms and condemns the versions that they are about: the second path to a rollback.</summary>
    Rollback,

    /// <summary>Computes each minute's metrics from Inference's counts, and posts them to Monitoring.</summary>
    ModelMetrics,

    /// <summary>Checks each new artifact in the bucket, and writes its verdict.</summary>
    ModelLoader,

    /// <summary>Assigns the gateway's requests to variants and calls the routers.</summary>
    TrafficSplitter,
}
