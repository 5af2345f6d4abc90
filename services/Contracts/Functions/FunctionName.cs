namespace ModelServing.Contracts;

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

/// <summary>What functions are called where names are in small letters: in OCI, and in the cluster.</summary>
public static class FunctionNames
{
    /// <summary>The name of a function, as in <c>model-metrics</c>.</summary>
    public static string Of(FunctionName function) => function switch
    {
        FunctionName.Rollback => "rollback",
        FunctionName.ModelMetrics => "model-metrics",
        FunctionName.ModelLoader => "model-loader",
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "no function"),
    };
}

/// <summary>Where a function is asked by plain HTTP. As a function of OCI it is asked by the Fn contract, on a socket.</summary>
public static class FunctionPaths
{
    /// <summary>The path that takes a POST with the function's payload, as in <c>/functions/Rollback</c>.</summary>
    public static string Of(FunctionName function) => $"/functions/{function}";
}
