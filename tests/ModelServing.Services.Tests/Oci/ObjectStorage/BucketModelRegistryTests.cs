using ModelServing.Services.Tests.Registry;

namespace ModelServing.Services.Tests.Oci;

public sealed class BucketModelRegistryTests : ModelRegistryTests
{
    protected override async ValueTask<TestedStore> MakeAsync() => await TestedBucket.StartAsync();
}
