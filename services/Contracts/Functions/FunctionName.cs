namespace ModelServing.Contracts.Functions;

/// <summary>The functions. They are one program and one image; a setting picks.</summary>
public enum FunctionName
{
    /// <summary>Takes the messages of alarms and condemns what they are about: the second road to a rollback.</summary>
    Rollback,

    /// <summary>Makes a minute's numbers of what Inference counted, and posts them to Monitoring.</summary>
    ModelMetrics,

    /// <summary>Checks an artifact that arrived in the bucket, and writes its verdict.</summary>
    ModelLoader,
}
