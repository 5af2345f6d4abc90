using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

/// <summary>A registry whose reader may read the objects of a model, but not list keys, as the pods of a version.</summary>
public sealed class UnlistedRegistryTests
{
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    [Fact]
    public async Task A_version_that_does_not_exist_is_reported_although_the_versions_can_not_be_listed()
    {
        var registry = new ModelRegistry(new UnlistedStore(), TimeProvider.System);

        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ReadManifestAsync(Fraud, new ModelVersion(1), default));

        Assert.Equal(RegistryError.NotFound, e.Error);
        Assert.Equal("models/fraud/1/manifest.json", e.Key.Text);
        Assert.Contains("so fraud has no version 1; its versions can't be listed: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("not allowed", e.Message, StringComparison.Ordinal);
    }

    private sealed class UnlistedStore : IObjectStore
    {
        public string Location => "oci:some/some";

        public bool IsRemote => true;

        public Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => Task.FromResult<StoredObject?>(null);

        public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken) =>
            throw new RegistryException(RegistryError.Unavailable, ObjectKey.Parse("models/fraud"), "not allowed");

        public Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
