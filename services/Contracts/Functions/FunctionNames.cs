namespace ModelServing.Contracts.Functions;

/// <summary>The functions' names where names are in lower case: in OCI, and in the cluster.</summary>
public static class FunctionNames
{
    /// <summary>The name of a function, as in <c>model-metrics</c>.</summary>
    public static string NameOf(FunctionName function) => function switch
    {
        FunctionName.Rollback => "rollback",
        FunctionName.ModelMetrics => "model-metrics",
        FunctionName.ModelLoader => "model-loader",
        FunctionName.TrafficSplitter => "traffic-splitter",
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "not a function"),
    };
}
