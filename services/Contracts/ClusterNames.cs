namespace ModelServing.Contracts;

/// <summary>What the platform's objects are called in a Kubernetes cluster: infra/ renders them, hosts and policies name them.</summary>
public static class ClusterNames
{
    /// <summary>The namespace that everything of ours is in.</summary>
    public const string Namespace = "modelserving";

    /// <summary>The router: its Deployment, Service and service account.</summary>
    public const string Router = "router";

    /// <summary>The service account of all versions' pods.</summary>
    public const string Inference = "inference";

    /// <summary>What calls the function ModelMetrics each minute: its CronJob and service account.</summary>
    public const string ModelMetrics = "model-metrics";

    /// <summary>The ConfigMap that holds the plan.</summary>
    public const string Plan = "plan";

    /// <summary>The plan's key in its ConfigMap.</summary>
    public const string PlanKey = "plan.json";

    /// <summary>The Secret that says who may ask the routers.</summary>
    public const string Clients = "clients";

    /// <summary>The clients' key in their Secret, and so the name of their file where it is mounted.</summary>
    public const string ClientsKey = "clients.json";

    /// <summary>The secret that pods pull images with.</summary>
    public const string PullSecret = "registry";

    /// <summary>The label that holds a model's name.</summary>
    public const string ModelLabel = "modelserving/model";

    /// <summary>The label that holds a version.</summary>
    public const string VersionLabel = "modelserving/version";

    /// <summary>A version's Deployment, headless Service, autoscaler and disruption budget: <c>{model}-v{version}</c>, at most 51
    /// characters. Only the last <c>-v</c> with digits is the version's, so no two versions share a name.</summary>
    public static string Version(ModelName model, ModelVersion version) => $"{model}-v{version}";

    /// <summary>True when a Service may have a name that begins with <paramref name="model"/>: Kubernetes wants a letter first
    /// (RFC 1035), which not every model has.</summary>
    public static bool MayNameService(ModelName model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return char.IsAsciiLetterLower(model.Text[0]);
    }
}
