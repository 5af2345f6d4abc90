namespace ModelServing.Infra.Tests.Hosts;

/// <summary>Each host and the export, started as a process in the container that infra/ renders for it.</summary>
public class RenderedHostTests
{
    [Fact]
    public Task The_router_is_ready_in_its_rendered_container() =>
        Namespaces.RunAsync(typeof(RouterInNamespaces), nameof(RouterInNamespaces.Router));

    [Fact]
    public Task Each_versions_inference_service_is_ready_in_its_rendered_container() =>
        Namespaces.RunAsync(typeof(InferenceInNamespaces), nameof(InferenceInNamespaces.Inference));

    [Fact]
    public Task A_pools_inference_service_serves_its_document_in_its_rendered_container() =>
        Namespaces.RunAsync(typeof(PoolInNamespaces), nameof(PoolInNamespaces.Pool));

    [Fact]
    public Task The_feature_server_keeps_its_log_when_its_rendered_container_is_created_again() =>
        Namespaces.RunAsync(typeof(FeatureServerInNamespaces), nameof(FeatureServerInNamespaces.FeatureServer));

    [Fact]
    public Task Each_pod_of_the_export_writes_its_part_of_the_day_in_its_rendered_container() =>
        Namespaces.RunAsync(typeof(ExportInNamespaces), nameof(ExportInNamespaces.Export));

    [Fact]
    public Task The_rebuild_reads_its_views_in_its_rendered_container() =>
        Namespaces.RunAsync(typeof(RebuildInNamespaces), nameof(RebuildInNamespaces.Rebuild));

    [Fact]
    public async Task A_host_runs_as_the_user_and_groups_that_are_rendered()
    {
        Assert.SkipUnless(
            Namespaces.AreRoots,
            "only root can run a process as another user, so the rendered user and groups are not tested");
        await Namespaces.RunAsync(typeof(UserInNamespaces), nameof(UserInNamespaces.User));
    }
}
