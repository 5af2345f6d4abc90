using ModelServing.Contracts.Functions;

namespace ModelServing.Contracts;

/// <summary>The forms of the settings that name a host's sources: <see cref="RouterSettings.Plan"/>,
/// <see cref="RouterSettings.Endpoints"/>, <see cref="RouterSettings.Journal"/>, <see cref="RouterSettings.Clients"/>,
/// <see cref="InferenceSettings.Registry"/> and <see cref="FunctionsHostSettings.Monitoring"/>.</summary>
public static class HostSources
{
    /// <summary>A file or a folder.</summary>
    public const string FileScheme = "file:";

    /// <summary>An object in the cluster.</summary>
    public const string KubernetesScheme = "kubernetes:";

    /// <summary>The names of Services.</summary>
    public const string DnsScheme = "dns:";

    /// <summary>A bucket of Object Storage.</summary>
    public const string BucketScheme = "oci:";

    /// <summary>A journal or predictions in a file of SQLite.</summary>
    public const string SqliteScheme = "sqlite:";

    /// <summary>A journal or predictions in a table of NoSQL.</summary>
    public const string NosqlScheme = "nosql:";

    /// <summary>OCI Monitoring.</summary>
    public const string MonitoringScheme = "oci:";

    /// <summary>Placeholder for a model's name in the names of Services.</summary>
    public const string ModelPlaceholder = "{model}";

    /// <summary>Placeholder for a version in the names of Services.</summary>
    public const string VersionPlaceholder = "{version}";

    /// <summary>A file or folder: <c>file:PATH</c>.</summary>
    public static string File(string path) => FileScheme + path;

    /// <summary>A ConfigMap to watch: <c>kubernetes:NAMESPACE/NAME</c>.</summary>
    public static string Kubernetes(string @namespace, string name) => $"{KubernetesScheme}{@namespace}/{name}";

    /// <summary>The versions' headless Services in a namespace: <c>dns:{model}-v{version}.NAMESPACE.svc:PORT</c>.</summary>
    public static string Dns(string @namespace) => $"{DnsScheme}{ModelPlaceholder}-v{VersionPlaceholder}.{@namespace}.svc:{HostPorts.Http}";

    /// <summary>A journal or predictions in a file of SQLite: <c>sqlite:PATH</c>.</summary>
    public static string Sqlite(string path) => SqliteScheme + path;

    /// <summary>A journal or predictions in a table of NoSQL: <c>nosql:COMPARTMENT-OCID/TABLE</c>.</summary>
    public static string Nosql(string compartment, string table) => $"{NosqlScheme}{compartment}/{table}";

    /// <summary>OCI Monitoring: <c>oci:COMPARTMENT-OCID</c>.</summary>
    public static string Monitoring(string compartment) => MonitoringScheme + compartment;

    /// <summary>A bucket: <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>.</summary>
    public static string Bucket(string @namespace, string bucket) => $"{BucketScheme}{@namespace}/{bucket}";
}
