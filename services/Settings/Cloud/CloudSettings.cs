using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>What an environment in the cloud is made of: what stands beside <c>models</c> in a stack file. Only <c>pulumi up</c> and the
/// preview read it; <c>ms up</c> leaves it alone.</summary>
public sealed record CloudSettings
{
    private const string OcidForm = "an OCID";
    private const string RegionPattern = "^[a-z]{2,4}-[a-z]+-[0-9]$";
    private const string RegionForm = "a region's identifier";

    /// <summary>The region.</summary>
    [Setting("The region that the environment is in.", Pattern = RegionPattern, Form = RegionForm, Example = "eu-frankfurt-1")]
    public required string Region { get; init; }

    /// <summary>The tenancy's home region.</summary>
    [Setting("The tenancy's home region, where policies and dynamic groups are written. Without it `region`.", Pattern = RegionPattern, Form = RegionForm, Example = "eu-frankfurt-1")]
    public string? HomeRegion { get; init; }

    /// <summary>The tenancy.</summary>
    [Setting("The tenancy.", Pattern = "^ocid1\\.tenancy\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = OcidForm, Example = "ocid1.tenancy.oc1..aaaa")]
    public required string Tenancy { get; init; }

    /// <summary>The compartment that everything is made in.</summary>
    [Setting("The compartment that everything is made in.", Pattern = "^ocid1\\.(compartment|tenancy)\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = OcidForm, Example = "ocid1.compartment.oc1..aaaa")]
    public required string Compartment { get; init; }

    /// <summary>Whether what holds data is protected.</summary>
    [Setting("What holds data is protected: `pulumi destroy` refuses to delete it, and what leaves the program is kept. `false` is for a trial.")]
    public bool DataProtection { get; init; } = true;

    /// <summary>The key that data is encrypted with.</summary>
    [Setting("The key, in the compartment, that the bucket and the cluster's secrets are encrypted with. Without it Oracle's own key does.", Pattern = "^ocid1\\.key\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9.-]+$", Form = OcidForm, Example = "ocid1.key.oc1.eu-frankfurt-1.aaaa.bbbb")]
    public string? KmsKey { get; init; }

    /// <summary>The network.</summary>
    [Setting("The network.")]
    public NetworkSettings Network { get; init; } = new();

    /// <summary>The Kubernetes cluster.</summary>
    [Setting("The Kubernetes cluster and its nodes.")]
    public required ClusterSettings Cluster { get; init; }

    /// <summary>The cache.</summary>
    [Setting("The cache: online features, the routers' counts and what Inference reports.")]
    public CacheSettings Cache { get; init; } = new();

    /// <summary>The journal.</summary>
    [Setting("The journal's table.")]
    public JournalSettings Journal { get; init; } = new();

    /// <summary>The API Gateway.</summary>
    [Setting("The API Gateway: the one public address. Needed once `images` are given.")]
    public GatewaySettings? Gateway { get; init; }

    /// <summary>The functions.</summary>
    [Setting("The functions: the second road to a rollback, the minute's metrics, the check of artifacts.")]
    public FunctionSettings Functions { get; init; } = new();

    /// <summary>The alarms.</summary>
    [Setting("The alarms. Which there are, and at what, is not a setting: docs/operations.md has them.")]
    public AlarmSettings Alarms { get; init; } = new();

    /// <summary>The images of the programs.</summary>
    [Setting("The images of the programs, by digest. Without them the foundation alone is made; `ms images push` writes them.")]
    public ImageSettings Images { get; init; } = new();

    /// <summary>The login that pods pull images with.</summary>
    [Setting("The login at the container registry that pods pull images with. Needed once `images` are given.")]
    public RegistrySettings? Registry { get; init; }

    /// <summary>The router's pods.</summary>
    [Setting("The router's pods.")]
    public PodSettings Router { get; init; } = new();

    /// <summary>The pods of each version.</summary>
    [Setting("The pods of each version of each model; `models.MODEL.pods` has what differs for one model.")]
    public PodSettings Inference { get; init; } = new();

    internal const string CidrPattern = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])$";
    internal const string CidrForm = "a range of IPv4 addresses";
}

/// <summary>The network.</summary>
public sealed record NetworkSettings
{
    /// <summary>The addresses of the network.</summary>
    [Setting("The addresses of the network, a /16: subnets are cut from it.", Pattern = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){2}0\\.0/16$", Form = "a /16 of IPv4 addresses", Example = "10.0.0.0/16")]
    public string Cidr { get; init; } = "10.0.0.0/16";

    /// <summary>Whether nodes and pods reach the internet.</summary>
    [Setting("Nodes and pods reach the internet, by a NAT gateway and on port 443. Without it they reach Oracle's services only. The routers need it where the keys of tokens are elsewhere; nothing else does.")]
    public bool InternetEgress { get; init; }
}

/// <summary>The Kubernetes cluster.</summary>
public sealed record ClusterSettings
{
    /// <summary>Kubernetes' version.</summary>
    [Setting("Kubernetes' version, of the cluster and of its nodes.", Pattern = "^v1\\.[0-9]{2}\\.[0-9]{1,2}$", Form = "a version of Kubernetes", Example = "v1.33.1")]
    public string KubernetesVersion { get; init; } = "v1.33.1";

    /// <summary>The nodes' image.</summary>
    [Setting("The image of the nodes: one of OKE's for this version of Kubernetes and this region, pinned.", Pattern = "^ocid1\\.image\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = "an image's OCID", Example = "ocid1.image.oc1.eu-frankfurt-1.aaaa")]
    public required string NodeImage { get; init; }

    /// <summary>Whether the API has a public address.</summary>
    [Setting("The cluster's API has a public address, for good. Without it the endpoint is private; docs/infrastructure.md says how `pulumi up` reaches it.")]
    public bool PublicEndpoint { get; init; }

    /// <summary>The addresses that may reach the cluster's API.</summary>
    [Setting("The addresses that may reach the cluster's API: of offices and pipelines for a public endpoint, of a Bastion or a runner for a private one. Each at most a /16.", Pattern = CloudSettings.CidrPattern, Form = CloudSettings.CidrForm, Example = "198.51.100.7/32")]
    public IReadOnlyList<string> AllowedCidrs { get; init; } = [];

    /// <summary>The nodes.</summary>
    [Setting("The nodes.")]
    public NodeSettings Nodes { get; init; } = new();
}

/// <summary>The nodes of a cluster.</summary>
public sealed record NodeSettings
{
    /// <summary>The shape.</summary>
    [Setting("The shape of a node; a flexible one.", Pattern = "^VM\\.[A-Za-z0-9.]+\\.Flex$", Form = "a flexible shape", Example = "VM.Standard.E5.Flex")]
    public string Shape { get; init; } = "VM.Standard.E5.Flex";

    /// <summary>The nodes' processors are Arm's: that is what the letter A of a standard shape stands for.</summary>
    public bool AreArm => Shape.StartsWith("VM.Standard.A", StringComparison.Ordinal);

    /// <summary>The cores of a node.</summary>
    [Setting("The cores (OCPUs) of a node; each is two processors.", Least = "1", Most = "64")]
    public int Ocpus { get; init; } = 2;

    /// <summary>The memory of a node.</summary>
    [Setting("The memory of a node in GB.", Least = "4", Most = "1024")]
    public int MemoryInGbs { get; init; } = 16;

    /// <summary>The least nodes.</summary>
    [Setting("The least nodes.", Least = "1", Most = "1000")]
    public int Min { get; init; } = 2;

    /// <summary>The most nodes.</summary>
    [Setting("The most nodes that the autoscaler makes.", Least = "1", Most = "1000")]
    public int Max { get; init; } = 6;

    /// <summary>In how many availability domains.</summary>
    [Setting("In how many availability domains the nodes are; not every region has three.", Least = "1", Most = "3")]
    public int AvailabilityDomains { get; init; } = 1;
}

/// <summary>The cache.</summary>
public sealed record CacheSettings
{
    /// <summary>Whether it has shards.</summary>
    [Setting("Whether the data is spread over shards. `sharded` is unproven: nothing of ours has run against it.")]
    public CacheMode Mode { get; init; } = CacheMode.Nonsharded;

    /// <summary>The number of shards.</summary>
    [Setting("The number of shards, odd; of `sharded` only.", Least = "3", Most = "99")]
    public int? Shards { get; init; }

    /// <summary>The number of nodes.</summary>
    [Setting("The number of nodes: in all, or of each shard.", Least = "1", Most = "5")]
    public int Nodes { get; init; } = 1;

    /// <summary>The memory of a node.</summary>
    [Setting("The memory of a node in GB.", Least = "2", Most = "500")]
    public int MemoryInGbs { get; init; } = 2;
}

/// <summary>Whether a cache has shards.</summary>
public enum CacheMode
{
    /// <summary>Every node holds all data.</summary>
    Nonsharded,

    /// <summary>Every shard holds a part of the data.</summary>
    Sharded,
}

/// <summary>The journal's table.</summary>
public sealed record JournalSettings
{
    /// <summary>The reads.</summary>
    [Setting("The reads of the table in KB per second.", Least = "1", Most = "10000")]
    public int ReadUnits { get; init; } = 50;

    /// <summary>The writes.</summary>
    [Setting("The writes to the table in KB per second.", Least = "1", Most = "10000")]
    public int WriteUnits { get; init; } = 20;

    /// <summary>The size.</summary>
    [Setting("The most that the table holds, in GB.", Least = "1", Most = "1000")]
    public int StorageInGbs { get; init; } = 1;
}

/// <summary>The API Gateway.</summary>
public sealed record GatewaySettings
{
    /// <summary>Where the keys of tokens are.</summary>
    [Setting("Where the public keys are that clients' tokens (JWT) are checked with.", Pattern = "^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$", Form = "an https address", Example = "https://idp.example.com/.well-known/jwks.json")]
    public required string KeysUri { get; init; }

    /// <summary>Who may have issued a token.</summary>
    [Setting("Who may have issued a token (`iss`).")]
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>Whom a token has to be for.</summary>
    [Setting("Whom a token has to be for (`aud`).")]
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>The rate limit.</summary>
    [Setting("The requests per second that one client's address may send.", Least = "1", Most = "100000")]
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>The origins of browsers' pages.</summary>
    [Setting("The origins whose pages may call the API from a browser (CORS); without them none may.", Pattern = "^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$", Form = "an origin", Example = "https://app.example.com")]
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether operators reach the admin API.</summary>
    [Setting("The gateway leads to the routers' admin API too (`/admin/v1`), for tokens that make an operator (`tokens.roles.operators`). Without it `kubectl port-forward` does.")]
    public bool AdminApi { get; init; }

    /// <summary>How long logs are kept.</summary>
    [Setting("How many days the access and execution logs are kept: 30, 60, 90, 120, 150 or 180.", Least = "30", Most = "180")]
    public int LogDays { get; init; } = 30;
}

/// <summary>The functions.</summary>
public sealed record FunctionSettings
{
    /// <summary>The sizes that a function may have, in MB; the processor comes with the memory.</summary>
    public static IReadOnlyList<int> Memories { get; } = [128, 256, 512, 1024, 2048, 3072];

    /// <summary>The memory of Rollback and ModelMetrics.</summary>
    [Setting("The memory of Rollback and of ModelMetrics in MB: 128, 256, 512, 1024, 2048 or 3072. The processor grows with it, and so does how fast a function starts.", Least = "128", Most = "3072")]
    public int MemoryInMbs { get; init; } = 512;

    /// <summary>How long a call of Rollback or ModelMetrics may take.</summary>
    [Setting("How long a call of Rollback or of ModelMetrics may take, in whole seconds.", Least = "5s", Most = "300s")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The memory of ModelLoader.</summary>
    [Setting("The memory of ModelLoader in MB, of the same values: it reads the artifacts.", Least = "128", Most = "3072")]
    public int LoaderMemoryInMbs { get; init; } = 3072;

    /// <summary>How long a call of ModelLoader may take.</summary>
    [Setting("How long a call of ModelLoader may take, in whole seconds.", Least = "5s", Most = "300s")]
    public TimeSpan LoaderTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How many containers of Rollback are kept ready.</summary>
    [Setting("How many containers of Rollback are kept ready, so that none has to start first; they are paid for all the time. 0, or a multiple of what OCI keeps ready at a time: 40 with 128 MB, 20 with 256 MB, 10 from 512 MB on.", Least = "0", Most = "400")]
    public int ProvisionedConcurrency { get; init; }

    /// <summary>Rollback says what it would do, and does nothing.</summary>
    [Setting("Rollback says in its log what it would do, and does nothing: for trying out alarms. The routers' own guard is not meant.")]
    public bool DryRun { get; init; }

    /// <summary>How long logs are kept.</summary>
    [Setting("How many days the functions' logs are kept: 30, 60, 90, 120, 150 or 180.", Least = "30", Most = "180")]
    public int LogDays { get; init; } = 30;

    /// <summary>By how many containers OCI keeps a function of <paramref name="memoryInMbs"/> ready at a time.</summary>
    public static int ProvisionedStep(int memoryInMbs) => memoryInMbs switch { <= 128 => 40, <= 256 => 20, _ => 10 };
}

/// <summary>The alarms.</summary>
public sealed record AlarmSettings
{
    /// <summary>The most addresses: a topic has 10 subscriptions, and one of them is Rollback's.</summary>
    public const int MostEmails = 9;

    /// <summary>Who is told.</summary>
    [Setting("The e-mail addresses that are told of every alarm, 9 at most. Each gets a message first, and has to confirm it, from either of two topics.", Pattern = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$", Form = "an e-mail address", Example = "oncall@example.com")]
    public IReadOnlyList<string> Emails { get; init; } = [];
}

/// <summary>The images of the programs.</summary>
public sealed record ImageSettings
{
    private const string DigestPattern = "^sha256:[0-9a-f]{64}$";
    private const string DigestForm = "an image's digest";
    private const string DigestExample = "sha256: and 64 digits of 0-9a-f";

    /// <summary>The router's image.</summary>
    [Setting("The digest of the router's image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Router { get; init; }

    /// <summary>The inference service's image.</summary>
    [Setting("The digest of the inference service's image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Inference { get; init; }

    /// <summary>The functions' image.</summary>
    [Setting("The digest of the functions' image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Functions { get; init; }

    /// <summary>The digest of the image of that name (<see cref="ImageNames"/>); null for none.</summary>
    /// <exception cref="ArgumentException">There is no such image.</exception>
    public string? Of(string image) => image switch
    {
        ImageNames.Router => Router,
        ImageNames.Inference => Inference,
        ImageNames.Functions => Functions,
        _ => throw new ArgumentException($"there is no image '{image}'", nameof(image)),
    };

    /// <summary>No image is given: the foundation alone is made.</summary>
    public bool AreEmpty => Router is null && Inference is null && Functions is null;
}

/// <summary>The login at the container registry.</summary>
public sealed record RegistrySettings
{
    /// <summary>The user.</summary>
    [Setting("The user, without the tenancy's namespace before it, as in `default/ci@example.com`. Encrypted.")]
    public required SecretText User { get; init; }

    /// <summary>The token.</summary>
    [Setting("The user's auth token. Encrypted.")]
    public required SecretText Token { get; init; }
}
