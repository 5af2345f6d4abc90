using System.Runtime.CompilerServices;
using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Retry;
using Oci.ObjectstorageService.Requests;
using Oci.ObjectstorageService.Responses;

namespace Oci.ObjectstorageService;

/// <summary>Object Storage. As in the official package, no method is virtual, and a call without a retry configuration can't be
/// cancelled.</summary>
public class ObjectStorageClient : RegionalClientBase
{
    private const string MetadataPrefix = "opc-meta-";

    private static readonly Addresses Known = new(
        "https://objectstorage.{region}.{secondLevelDomain}",
        $"https://{NamespaceInTemplate}objectstorage.{{region}}.oci.customer-oci.com");

    public ObjectStorageClient(
        IBasicAuthenticationDetailsProvider authenticationDetailsProvider,
        ClientConfiguration clientConfiguration = null,
        string endpoint = null)
        : base(authenticationDetailsProvider, clientConfiguration, "ObjectStorage", Known)
    {
        if (authenticationDetailsProvider is IRegionProvider regional)
            SetRegion(regional.Region);
        if (endpoint is not null)
            SetEndpoint(endpoint);
    }

    public async Task<AbortMultipartUploadResponse> AbortMultipartUpload(
        AbortMultipartUploadRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<AbortMultipartUploadRequest, AbortMultipartUploadResponse>(
            HttpMethod.Delete, "/n/{namespaceName}/b/{bucketName}/u/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<CommitMultipartUploadResponse> CommitMultipartUpload(
        CommitMultipartUploadRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<CommitMultipartUploadRequest, CommitMultipartUploadResponse>(
            HttpMethod.Post, "/n/{namespaceName}/b/{bucketName}/u/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<CreateMultipartUploadResponse> CreateMultipartUpload(
        CreateMultipartUploadRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        request.CreateMultipartUploadDetails.Metadata = WithPrefix(request.CreateMultipartUploadDetails.Metadata);
        return await Send<CreateMultipartUploadRequest, CreateMultipartUploadResponse>(
            HttpMethod.Post, "/n/{namespaceName}/b/{bucketName}/u", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<DeleteObjectResponse> DeleteObject(
        DeleteObjectRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<DeleteObjectRequest, DeleteObjectResponse>(
            HttpMethod.Delete, "/n/{namespaceName}/b/{bucketName}/o/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<GetNamespaceResponse> GetNamespace(
        GetNamespaceRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<GetNamespaceRequest, GetNamespaceResponse>(
            HttpMethod.Get, "/n", request, null, new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<GetObjectResponse> GetObject(
        GetObjectRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<GetObjectRequest, GetObjectResponse>(
            HttpMethod.Get, "/n/{namespaceName}/b/{bucketName}/o/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<HeadObjectResponse> HeadObject(
        HeadObjectRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<HeadObjectRequest, HeadObjectResponse>(
            HttpMethod.Head, "/n/{namespaceName}/b/{bucketName}/o/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<ListObjectsResponse> ListObjects(
        ListObjectsRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<ListObjectsRequest, ListObjectsResponse>(
            HttpMethod.Get, "/n/{namespaceName}/b/{bucketName}/o", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<PutObjectResponse> PutObject(
        PutObjectRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        request.OpcMeta = WithPrefix(request.OpcMeta);
        return await Send<PutObjectRequest, PutObjectResponse>(
            HttpMethod.Put, "/n/{namespaceName}/b/{bucketName}/o/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken),
            sendsObject: true).ConfigureAwait(false);
    }

    public async Task<UploadPartResponse> UploadPart(
        UploadPartRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<UploadPartRequest, UploadPartResponse>(
            HttpMethod.Put, "/n/{namespaceName}/b/{bucketName}/u/{objectName}", request, request.NamespaceName,
            new(retryConfiguration, completionOption, cancellationToken),
            sendsObject: true).ConfigureAwait(false);
    }

    private static Dictionary<string, string> WithPrefix(Dictionary<string, string> metadata) => metadata?.ToDictionary(
        static pair => pair.Key.StartsWith(MetadataPrefix, StringComparison.Ordinal) ? pair.Key : MetadataPrefix + pair.Key,
        static pair => pair.Value);

    private Task<TResponse> Send<TRequest, TResponse>(
        HttpMethod method,
        string path,
        TRequest request,
        string namespaceName,
        Call call,
        bool sendsObject = false,
        [CallerMemberName] string name = null)
        where TRequest : IOciRequest
        where TResponse : IOciResponse, new() =>
        SendAsync<TRequest, TResponse>(new Operation(name, method, path, sendsObject), request, namespaceName, call);
}
