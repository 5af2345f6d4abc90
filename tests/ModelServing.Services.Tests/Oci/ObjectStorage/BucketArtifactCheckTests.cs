using ModelServing.Services.Tests.Registry;

namespace ModelServing.Services.Tests.Oci;

public sealed class BucketArtifactCheckTests : ArtifactCheckTests
{
    protected override async ValueTask<TestedStore> MakeAsync() => await TestedBucket.StartAsync();
}
