using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Oci;

/// <summary>Opens the registry that a setting names: a folder or a bucket.</summary>
/// <remarks>To add a kind of store, add a class that implements <see cref="IObjectStore"/>, its scheme in <see cref="HostSources"/>, and a
/// case in <see cref="Open"/>.</remarks>
public static class ObjectStores
{
    /// <summary>Opens the store at <paramref name="location"/>. This sends nothing yet.</summary>
    /// <param name="location"><c>file:FOLDER</c>, or <c>oci:NAMESPACE/BUCKET</c>.</param>
    /// <param name="oci">The identity and region for OCI; null if the program does not use OCI.</param>
    /// <param name="progress">Gets a report after each stored part of an object.</param>
    /// <exception cref="ContractException">The text does not name a store that this program knows, or the identity is not
    /// available.</exception>
    public static IObjectStore Open(string location, OciSettings? oci, IProgress<UploadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.FileScheme, StringComparison.Ordinal))
            return RegistryLocation.Open(location);
        if (!location.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal))
        {
            throw new ContractException(
                $"the registry is '{location}'; it must be file:FOLDER, as in file:/srv/models, or oci:NAMESPACE/BUCKET");
        }

        var bucket = BucketAddress.Parse(location);
        return new BucketObjectStore(
            ObjectStorageClients.Open(Required(oci, location), SdkClientConfiguration.Create()), bucket, progress: progress);
    }

    /// <summary>Checks <paramref name="location"/> without opening the store.</summary>
    /// <param name="location"><c>file:FOLDER</c>, or <c>oci:NAMESPACE/BUCKET</c>.</param>
    /// <param name="oci">The identity and region for OCI; null if the program does not use OCI.</param>
    /// <exception cref="ContractException">The text does not name a store that this program knows, or the identity is not
    /// configured.</exception>
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
            // Opening a folder touches nothing on the disk.
            _ = Open(location, oci);
        }
    }

    /// <summary>Opens the store in a bucket of the identity's own tenancy. This queries the tenancy's Object Storage namespace.</summary>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="oci">The identity and region.</param>
    /// <param name="progress">Gets a report after each stored part of an object.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ContractException">The identity is not available, or the name is not valid for a bucket.</exception>
    /// <exception cref="IOException">The namespace can't be queried.</exception>
    public static async Task<IObjectStore> OpenBucketAsync(
        string bucket, OciSettings oci, IProgress<UploadProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        ArgumentNullException.ThrowIfNull(oci);
        var client = ObjectStorageClients.Open(oci, SdkClientConfiguration.Create());
        try
        {
            var calls = new ServiceCalls<ObjectStorageClient>(client, OciService.ObjectStorage, new StorageLimits(), TimeProvider.System);
            var answer = await calls.CallAsync(
                static (client, once, token) => client.GetNamespace(new GetNamespaceRequest(), once, token),
                cancellation,
                part: static answer => answer.Value);
            return new BucketObjectStore(client, BucketAddress.Parse(HostSources.Bucket(answer.Value, bucket)), progress: progress);
        }
        catch (ServiceFailure e)
        {
            client.Dispose();
            throw new IOException(e.ToText($"the Object Storage namespace of the bucket {bucket} can't be queried"), e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static OciSettings Required(OciSettings? oci, string location) => oci
        ?? throw new ContractException(
            $"the registry is '{location}', but the environment variable {OciSettings.IdentityVariable} is not set; "
            + $"it must be {OciIdentities.Form}");
}
