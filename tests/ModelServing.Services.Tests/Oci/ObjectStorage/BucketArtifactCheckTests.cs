using ModelServing.Services.Tests.Registry;
using ModelServing.Services.Tests.Registry.Safety;

namespace ModelServing.Services.Tests.Oci.ObjectStorage;

public sealed class BucketArtifactCheckTests : ArtifactCheckTests
{
    protected override async ValueTask<TestedStore> MakeAsync() => await TestedBucket.StartAsync();
}
