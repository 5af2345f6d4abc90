using k8s.Models;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>How the plan reaches the routers: they watch its ConfigMap.</summary>
[Collection(nameof(OneAtATime))]
public class RouterPlanTests
{
    [Fact]
    public async Task Routers_may_read_the_plan_and_nothing_else()
    {
        var run = await RunAsync();
        var role = (V1Role)Read(run.Only("kubernetes:rbac.authorization.k8s.io/v1:Role"));
        var rule = Assert.Single(role.Rules);
        Assert.Equal([""], rule.ApiGroups);
        Assert.Equal(["configmaps"], rule.Resources);
        Assert.Equal(["plan"], rule.ResourceNames);
        Assert.Equal(["get", "list", "watch"], rule.Verbs);

        var binding = (V1RoleBinding)Read(run.Only("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"));
        Assert.Equal(("Role", role.Metadata.Name), (binding.RoleRef.Kind, binding.RoleRef.Name));
        var subject = Assert.Single(binding.Subjects);
        Assert.Equal(("ServiceAccount", "router", "modelserving"), (subject.Kind, subject.Name, subject.NamespaceProperty));
        Assert.Equal(role.Metadata.NamespaceProperty, binding.Metadata.NamespaceProperty);
    }

    [Fact]
    public async Task Their_pods_have_a_token_and_are_created_after_the_plan_and_the_right_to_read_it()
    {
        var made = (await RunAsync()).Named("kubernetes:apps/v1:Deployment", "router");
        var pod = ((V1Deployment)Read(made)).Spec.Template.Spec;
        Assert.True(pod.AutomountServiceAccountToken);
        Assert.Equal(
            "kubernetes:modelserving/plan",
            Assert.Single(pod.Containers).Env.Single(static variable => variable.Name == "MODELSERVING_PLAN").Value);
        Assert.Equal(2, (await made.AfterAsync()).Count(static name => name == "plan"));
    }

    private static Task<Rendered> RunAsync() => Rendered.FromAsync(static some => some.Workloads());

    private static object Read(Made made) => ClusterObjects.Read(made.Type, made.Json());
}
