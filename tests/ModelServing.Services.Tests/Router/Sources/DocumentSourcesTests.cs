using ModelServing.Contracts;
using ModelServing.Router.Sources;

namespace ModelServing.Services.Tests.Router.Sources;

public class DocumentSourcesTests
{
    [Fact]
    public void Paths_are_absolute_and_names_are_those_of_the_Services()
    {
        var files = DocumentSources.From(new RouterSettings { Plan = "file:plan.json", Endpoints = "file:/var/endpoints.json" });
        Assert.Equal((Path.GetFullPath("plan.json"), "/var/endpoints.json", null), (files.PlanPath, files.EndpointsPath, files.Services));
        Assert.Null(files.PlanObject);

        var rendered = DocumentSources.From(new RouterSettings { Plan = HostSources.Kubernetes(ClusterNames.Namespace, ClusterNames.Plan), Endpoints = HostSources.Dns(ClusterNames.Namespace) });
        Assert.Equal((null, new ClusterObject(ClusterNames.Namespace, ClusterNames.Plan), null), (rendered.PlanPath, rendered.PlanObject, rendered.EndpointsPath));
        Assert.Equal(HostPorts.Http, rendered.Services!.Port);
        // The name that infra/ gives the Service.
        Assert.Equal($"{ClusterNames.Version(ModelName.Parse("fraud"), new ModelVersion(2))}.modelserving.svc", rendered.Services.NameOf(ModelName.Parse("fraud"), new ModelVersion(2)));
    }

    [Theory]
    [InlineData("dns:{model}-v{version}.modelserving.svc.cluster.local.:9000", "a-v7.modelserving.svc.cluster.local.")]
    [InlineData("dns:v{version}.{model}.example:1", "v7.a.example")]
    public void Placeholders_may_be_anywhere(string setting, string name) =>
        Assert.Equal(name, ServiceNames.Parse(setting).NameOf(ModelName.Parse("a"), new ModelVersion(7)));

    [Theory]
    [InlineData("dns:{model}-v{version}.modelserving.svc", "a port from 1 to 65535")]
    [InlineData("dns:{model}-v{version}.modelserving.svc:0", "a port from 1 to 65535")]
    [InlineData("dns:{model}-v{version}.modelserving.svc:65536", "a port from 1 to 65535")]
    [InlineData("dns:{model}-v{version}.modelserving.svc:http", "a port from 1 to 65535")]
    [InlineData("dns:{model}.modelserving.svc:8080", "{version} once")]
    [InlineData("dns:v{version}.modelserving.svc:8080", "{model} once")]
    [InlineData("dns:{model}-{model}-v{version}.modelserving.svc:8080", "{model} once")]
    [InlineData("dns:{model}-v{version}.model serving.svc:8080", "not be a host name")]
    [InlineData("dns:{model}-v{version}-and-thirteen-more.modelserving.svc:8080", "not be a host name")]
    [InlineData("dns:{model}-v{version}..svc:8080", "not be a host name")]
    [InlineData("dns:", "a port from 1 to 65535")]
    [InlineData("dns", "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT")]
    [InlineData("file:", "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT")]
    [InlineData("kubernetes:a/b", "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT")]
    public void A_wrong_endpoints_setting_is_refused_with_the_right_form(string setting, string right)
    {
        var e = Assert.Throws<ContractException>(() => DocumentSources.From(new RouterSettings { Plan = "file:p", Endpoints = setting }));
        Assert.StartsWith($"the environment variable MODELSERVING_ENDPOINTS is '{setting}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(right, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetes:modelserving/plan/", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:plan", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:/plan", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:modelserving/", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:modelserving/Plan", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:modelserving/plan,metadata.name=other", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:model.serving/plan", "as in kubernetes:modelserving/plan")]
    [InlineData("kubernetes:", "as in kubernetes:modelserving/plan")]
    [InlineData("dns:a:1", "it must be file:PATH or kubernetes:NAMESPACE/NAME")]
    [InlineData("plan.json", "it must be file:PATH")]
    public void A_wrong_plan_setting_is_refused_with_the_right_form(string setting, string right)
    {
        var e = Assert.Throws<ContractException>(() => DocumentSources.From(new RouterSettings { Plan = setting, Endpoints = "file:e" }));
        Assert.StartsWith($"the environment variable MODELSERVING_PLAN is '{setting}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(right, e.Message, StringComparison.Ordinal);
    }
}
