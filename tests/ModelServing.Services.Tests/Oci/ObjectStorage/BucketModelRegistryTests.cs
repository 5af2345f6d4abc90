using ModelServing.Services.Tests.Registry;

namespace ModelServing.Services.Tests.Oci.ObjectStorage;

public sealed class BucketModelRegistryTests : ModelRegistryTests
{
    protected override async ValueTask<TestedStore> MakeAsync() => await TestedBucket.StartAsync();
}
