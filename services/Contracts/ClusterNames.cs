namespace ModelServing.Contracts;

/// <summary>The names of the platform's objects in a Kubernetes cluster: infra/ renders them, hosts and policies refer to them.</summary>
public static class ClusterNames
{
    /// <summary>The addresses of the cluster's Services. Nothing outside of the cluster sees them, but the network can't have
    /// them.</summary>
    public const string ServiceCidr = "10.96.0.0/16";

    /// <summary>The namespace of all our objects.</summary>
    public const string Namespace = "modelserving";

    /// <summary>The router's Deployment, Service and service account.</summary>
    public const string Router = "router";

    /// <summary>The Service through which the function TrafficSplitter reaches the routers.</summary>
    public const string RouterSplit = "router-split";

    /// <summary>The headless Service through which clients in the cluster reach the routers by gRPC. Its name resolves to all routers, so
    /// that a client can spread its calls over them.</summary>
    public const string RouterGrpc = "router-grpc";

    /// <summary>The program of all versions' pods. Each model has a service account of its own: <see cref="InferenceOf"/>.</summary>
    public const string Inference = "inference";

    /// <summary>The feature server's StatefulSet, Service and service account.</summary>
    public const string FeatureServer = "feature-server";

    /// <summary>The headless Service of the feature server's StatefulSet, which gives its pod a name.</summary>
    public const string FeatureServerPods = "feature-server-pods";

    /// <summary>The CronJob from which people start a Job that fills the views of features, and its service account.</summary>
    public const string FeatureRebuild = "feature-rebuild";

    /// <summary>The CronJob from which people start a Job that exports a training table, and its service account.</summary>
    public const string FeatureExport = "feature-export";

    /// <summary>The CronJob that compacts the event log, and its service account.</summary>
    public const string FeatureCompact = "feature-compact";

    /// <summary>The CronJob that calls the function ModelMetrics every minute, and its service account.</summary>
    public const string ModelMetrics = "model-metrics";

    /// <summary>The CronJob that exports each day's predictions, and its service account.</summary>
    public const string Export = "prediction-export";

    /// <summary>The CronJob that copies the journal each day, and its service account.</summary>
    public const string JournalBackup = "journal-backup";

    /// <summary>The service account of the CronJobs from which people start a comparison of an experiment's arms:
    /// <see cref="ExperimentOf"/>.</summary>
    public const string Experiment = "experiment";

    /// <summary>The service account of the CronJobs from which people start a replay: <see cref="TryOf"/>.</summary>
    public const string Try = "try";

    /// <summary>The ConfigMap that holds the plan.</summary>
    public const string Plan = "plan";

    /// <summary>The plan's key in its ConfigMap.</summary>
    public const string PlanKey = "plan.json";

    /// <summary>The key of a compressed plan, which takes the place of <see cref="PlanKey"/> (<see cref="PlanObject"/>).</summary>
    public const string CompressedPlanKey = PlanKey + ".gz";

    /// <summary>The Secret with the clients document.</summary>
    public const string Clients = "clients";

    /// <summary>The document's key in that Secret, and so the name of its file where the Secret is mounted.</summary>
    public const string ClientsKey = "clients.json";

    /// <summary>The Secret with the key of the prediction log's hashes.</summary>
    public const string HashKey = "hash-key";

    /// <summary>The key's key in that Secret.</summary>
    public const string HashKeyKey = "key";

    /// <summary>The Secret with the password of the cache.</summary>
    public const string CachePassword = "cache-password";

    /// <summary>The password's key in that Secret.</summary>
    public const string CachePasswordKey = "password";

    /// <summary>The annotation of pods that holds the version of the password, so that another one restarts them.</summary>
    public const string CachePasswordVersion = "modelserving/cache-password-version";

    /// <summary>The Secret with the key between the routers and the function TrafficSplitter.</summary>
    public const string SplitKey = "split-key";

    /// <summary>The key's key in that Secret.</summary>
    public const string SplitKeyKey = "key";

    /// <summary>The annotation of the routers' pods that holds the version of that key, so that another one restarts them.</summary>
    public const string SplitKeyVersion = "modelserving/split-key-version";

    /// <summary>The secret with which pods pull images.</summary>
    public const string PullSecret = "registry";

    /// <summary>The key of the document in the ConfigMap of a pool, and so the name of its file where it is mounted.</summary>
    public const string ModelPoolKey = "pool.json";

    /// <summary>The label that holds the name of the pool whose versions a pod serves.</summary>
    public const string ModelPoolLabel = "modelserving/model-pool";

    /// <summary>The label that holds the digest of the document that such a pod serves. A Service selects pods by it, because pods of a
    /// former document may lack the version.</summary>
    public const string PoolDocumentLabel = "modelserving/pool-document";

    /// <summary>The label that holds a model's name.</summary>
    public const string ModelLabel = "modelserving/model";

    /// <summary>The label that holds a version.</summary>
    public const string VersionLabel = "modelserving/version";

    /// <summary>The label of nodes that holds what their pool is for: <see cref="SystemPool"/>, <see cref="ServingPool"/> or
    /// <see cref="RouterPool"/>.</summary>
    public const string PoolLabel = "modelserving/pool";

    /// <summary>The pool of the add-ons, which the autoscaler does not manage. None of our pods runs there.</summary>
    public const string SystemPool = "system";

    /// <summary>The pools of our pods, which the autoscaler manages.</summary>
    public const string ServingPool = "serving";

    /// <summary>The pools of the routers if they have pools of their own, whose pods reach the internet.</summary>
    public const string RouterPool = "router";

    /// <summary>The command, but for the OCID of a group, that lets other deployers than administrators create the routers' Role. OCI's
    /// policies can't: whoever creates a Role needs one with at least the same rights. The ClusterRole <c>admin</c> has them, and nothing
    /// outside of namespaces.</summary>
    public const string DeployerBinding =
        "kubectl create clusterrolebinding " + BucketName.Project + "-deployers --clusterrole=admin --group=";

    /// <summary>The service account of the pods of all versions of a model.</summary>
    public static string InferenceOf(ModelName model) => $"{Inference}-{model}";

    /// <summary>The CronJob of a model's experiment, at most 51 characters.</summary>
    public static string ExperimentOf(ModelName model) => $"{Experiment}-{model}";

    /// <summary>The CronJob of a model's replays, at most 44 characters.</summary>
    public static string TryOf(ModelName model) => $"{Try}-{model}";

    /// <summary>A version's Deployment, headless Service, autoscaler and disruption budget: <c>{model}-v{version}</c>, at most 51
    /// characters. The last <c>-v</c> with digits is always the version's, so no two versions share a name.</summary>
    public static string Version(ModelName model, ModelVersion version) => $"{model}-v{version}";

    /// <summary>The service account of the pods of a pool. No other account's name begins with <c>pool-</c>.</summary>
    public static string ModelPoolOf(ModelName pool) => $"pool-{pool}";

    /// <summary>The Deployment, autoscaler, disruption budget and ConfigMap of a pool's document: <c>pool-{pool}-{digest}</c>, at most 56
    /// characters. A digest is hexadecimal, so the name never ends as that of a version does. Another document has objects of its own:
    /// they are ready before the versions' Services select their pods, and the former ones go last.</summary>
    public static string ModelPool(PoolDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return $"{ModelPoolOf(document.Name)}-{document.Digest}";
    }

    /// <summary>Whether objects in the cluster can have <paramref name="name"/> at the end of their names or as a label: Kubernetes
    /// requires a letter or a digit last, which not every name of a model or of a pool has.</summary>
    public static bool MayEndName(ModelName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Text[^1] != '-';
    }

    /// <summary>Whether a Service's name can begin with <paramref name="model"/>: Kubernetes requires a letter first (RFC 1035), which not
    /// every model's name has.</summary>
    public static bool MayNameService(ModelName model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return char.IsAsciiLetterLower(model.Text[0]);
    }
}
