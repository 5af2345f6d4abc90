using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using Oci.Common;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Oci;

/// <summary>Opens what a host's or a command's setting names as its registry: a folder, or a bucket.</summary>
/// <remarks>To add a kind of store: a class that implements <see cref="IObjectStore"/>, its scheme in <see cref="HostSources"/>, and a case
/// in <see cref="Open"/>.</remarks>
public static class ObjectStores
{
    // An attempt's time is bounded where it is made; a client's own time would end the sending of a large part.
    private static ClientConfiguration Patient => new() { TimeoutMillis = Timeout.Infinite, ClientUserAgent = "ModelServing" };

    /// <summary>The store at <paramref name="location"/>. Nothing is asked yet.</summary>
    /// <param name="location"><c>file:FOLDER</c>, or <c>oci:NAMESPACE/BUCKET</c>.</param>
    /// <param name="oci">How OCI is asked; null where it is not.</param>
    /// <param name="progress">Told how much of an object is stored, each time that it is more.</param>
    /// <exception cref="ContractException">The text names no store that this program knows, or the identity can't be had.</exception>
    public static IObjectStore Open(string location, OciSettings? oci, IProgress<UploadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.FileScheme, StringComparison.Ordinal))
            return RegistryLocation.Open(location);
        if (!location.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal))
            throw new ContractException($"the registry is '{location}'; it has to be file:FOLDER, as in file:/srv/models, or oci:NAMESPACE/BUCKET");
        var bucket = BucketAddress.Parse(location);
        return new BucketObjectStore(ObjectStorageClients.Open(Required(oci, location), Patient), bucket, progress: progress);
    }

    /// <summary>Looks at what names a store, without opening it.</summary>
    /// <param name="location"><c>file:FOLDER</c>, or <c>oci:NAMESPACE/BUCKET</c>.</param>
    /// <param name="oci">How OCI is asked; null where it is not.</param>
    /// <exception cref="ContractException">The text names no store that this program knows, or nothing says how OCI is asked.</exception>
    public static void Check(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal))
        {
            _ = BucketAddress.Parse(location);
            _ = Required(oci, location);
        }
        else
        {
            // A folder is opened with the first object.
            _ = Open(location, oci);
        }
    }

    /// <summary>The store in a bucket of the identity's own tenancy, whose Object Storage namespace is asked for.</summary>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="oci">How OCI is asked.</param>
    /// <param name="progress">Told how much of an object is stored, each time that it is more.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ContractException">The identity can't be had, or the name is no bucket's.</exception>
    /// <exception cref="IOException">Object Storage can't be asked.</exception>
    public static async Task<IObjectStore> OpenBucketAsync(string bucket, OciSettings oci, IProgress<UploadProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        ArgumentNullException.ThrowIfNull(oci);
        var client = ObjectStorageClients.Open(oci, Patient);
        try
        {
            var calls = new ServiceCalls<ObjectStorageClient>(client, OciService.ObjectStorage, new StorageLimits(), TimeProvider.System);
            var answer = await calls.AskAsync(static (client, once, token) => client.GetNamespace(new GetNamespaceRequest(), once, token), cancellation);
            return new BucketObjectStore(client, BucketAddress.Parse(HostSources.Bucket(answer.Value, bucket)), progress: progress);
        }
        catch (ServiceFailure e)
        {
            client.Dispose();
            throw new IOException(e.ToText($"the Object Storage namespace of the bucket {bucket} can't be asked for"), e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static OciSettings Required(OciSettings? oci, string location) => oci
        ?? throw new ContractException($"the registry is '{location}', and the environment variable {OciSettings.IdentityVariable} is not set; it has to be {OciIdentities.Form}");
}
