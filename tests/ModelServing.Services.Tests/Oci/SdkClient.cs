using Oci.Common;
using Oci.Common.Auth;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Services.Tests.Oci;

/// <summary>The SDK's client, connected to a stand-in of the service, and requests for it. Its tests apply to the official packages and to
/// the doubles in tests/Doubles alike.</summary>
internal sealed class SdkClient : IAsyncDisposable
{
    private readonly SomeUser user = new();

    internal SdkClient(ServiceStandIn service, ClientConfiguration? configuration = null)
    {
        Service = service;
        Identity = new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT");
        Client = new ObjectStorageClient(Identity, configuration, service.Endpoint);
    }

    internal ServiceStandIn Service { get; }

    internal ObjectStorageClient Client { get; }

    internal ConfigFileAuthenticationDetailsProvider Identity { get; }

    /// <summary>Whether the tests run with the doubles.</summary>
    internal static bool IsDouble { get; } =
        typeof(ObjectStorageClient).Assembly.GetName().Name!.EndsWith(".Double", StringComparison.Ordinal);

    internal static PutObjectRequest Put(string text = "hello") =>
        new() { NamespaceName = "space", BucketName = "bucket", ObjectName = "object", PutObjectBody = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) };

    internal static GetObjectRequest Get(string? name = "object") =>
        new() { NamespaceName = "space", BucketName = "bucket", ObjectName = name };

    internal static HeadObjectRequest Head() => new() { NamespaceName = "space", BucketName = "bucket", ObjectName = "object" };

    internal static ListObjectsRequest List() => new() { NamespaceName = "space", BucketName = "bucket" };

    internal static CreateMultipartUploadRequest Create() => new()
    {
        NamespaceName = "space",
        BucketName = "bucket",
        CreateMultipartUploadDetails = new CreateMultipartUploadDetails { Object = "object", Metadata = new() { ["digest"] = "some" } },
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        user.Dispose();
        await Service.DisposeAsync();
    }
}
