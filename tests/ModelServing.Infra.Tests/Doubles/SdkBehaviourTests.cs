using System.Collections.Immutable;
using System.Text.Json;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Doubles;

/// <summary>The behaviour of the SDK that the program and its tests depend on. The official packages and the doubles must both
/// pass.</summary>
[Collection(nameof(OneAtATime))]
public sealed class SdkBehaviourTests
{
    private static readonly TestOptions Update = new() { IsPreview = false };

    [Fact]
    public async Task Inputs_reach_a_mock_with_their_names_on_the_wire_numbers_as_double_and_no_nulls()
    {
        var mocks = new Recorder();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            _ = new NetworkSecurityGroupSecurityRule("rule", new NetworkSecurityGroupSecurityRuleArgs
            {
                NetworkSecurityGroupId = "group",
                Direction = "INGRESS",
                Protocol = "6",
                Stateless = false,
                TcpOptions = new NetworkSecurityGroupSecurityRuleTcpOptionsArgs
                {
                    DestinationPortRange = new NetworkSecurityGroupSecurityRuleTcpOptionsDestinationPortRangeArgs { Min = 80, Max = 81 },
                },
            });
        });

        var inputs = mocks.Made["rule"].Inputs;
        Assert.Equal(["direction", "networkSecurityGroupId", "protocol", "stateless", "tcpOptions"], inputs.Keys.Order());
        var range =
            Assert.IsType<ImmutableDictionary<string, object>>(
                Assert.IsType<ImmutableDictionary<string, object>>(inputs["tcpOptions"])["destinationPortRange"]);
        Assert.Equal(80.0, range["min"]);
        Assert.Equal("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule", mocks.Made["rule"].Type);
    }

    [Fact]
    public async Task A_missing_required_argument_fails_at_registration_and_is_named()
    {
        var exception = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync(
            new Recorder(),
            Update,
            () => { _ = new Vcn("v", new VcnArgs()); }));
        Assert.Contains(
            "[Input] Pulumi.Oci.Core.VcnArgs.CompartmentId is required but was not given a value",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Contains(nameof(ArgumentNullException), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_failures_cause_an_AggregateException()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Deployment.TestAsync(new Recorder(), Update, () =>
        {
            Log.Error("one");
            Log.Error("two");
        }));
        Assert.Equal(
            ["one", "two"],
            Assert.IsType<AggregateException>(exception).InnerExceptions.Select(static each => Assert.IsType<RunException>(each).Message)
                .Order());
    }

    [Fact]
    public async Task An_unknown_part_removes_the_whole_property()
    {
        var mocks = new Recorder(id: null);
        await Deployment.TestAsync(mocks, new TestOptions { IsPreview = true }, () =>
        {
            var vcn = new Vcn("v", new VcnArgs { CompartmentId = "c" });
            _ = new RouteTable("r", new RouteTableArgs
            {
                CompartmentId = "c",
                VcnId = vcn.Id,
                RouteRules = { new RouteTableRouteRuleArgs { NetworkEntityId = vcn.Id, Destination = "0.0.0.0/0" } },
            });
        });

        Assert.Equal(["compartmentId"], mocks.Made["r"].Inputs.Keys);
    }

    [Fact]
    public async Task Outputs_that_a_mock_leaves_out_are_unknown_in_a_preview_and_default_in_an_update()
    {
        foreach (var isPreview in new[] { true, false })
        {
            Vcn? vcn = null;
            var applied = false;
            await Deployment.TestAsync(new Recorder(), new TestOptions { IsPreview = isPreview }, () =>
            {
                vcn = new Vcn("v", new VcnArgs { CompartmentId = "c" });
                vcn.DefaultSecurityListId.Apply(_ => applied = true);
            });
            Assert.Equal(!isPreview, await OutputUtilities.GetIsKnownAsync(vcn!.DefaultSecurityListId));
            Assert.Equal(!isPreview, applied);
            Assert.Equal("c", await OutputUtilities.GetValueAsync(vcn.CompartmentId));
            Assert.Same(vcn, Assert.Single(await OutputUtilities.GetDependenciesAsync(vcn.CompartmentId)));
        }
    }

    [Fact]
    public async Task A_secret_stays_secret_through_Apply_Format_and_JsonSerialize_and_a_mock_gets_it_in_plain_text()
    {
        var mocks = new Recorder();
        await Deployment.TestAsync(mocks, Update, async () =>
        {
            var secret = Output.CreateSecret("s");
            Assert.True(await Output.IsSecretAsync(secret.Apply(static text => text + "!")));
            Assert.True(await Output.IsSecretAsync(Output.Format($"a {secret}")));
            Assert.False(await Output.IsSecretAsync(Output.Unsecret(secret)));
            var json = Output.JsonSerialize(Output.Create(new Dictionary<string, Output<string>> { ["a"] = secret }));
            Assert.True(await Output.IsSecretAsync(json));
            Assert.Equal("""{"a":"s"}""", await OutputUtilities.GetValueAsync(json));
            _ = new Vcn("v", new VcnArgs { CompartmentId = secret });
        });
        Assert.Equal("s", mocks.Made["v"].Inputs["compartmentId"]);
    }

    [Fact]
    public async Task A_state_of_a_type_that_the_wire_does_not_support_fails()
    {
        foreach (object wrong in new object[] { 1L, 1m, DateTime.UnixEpoch, Enumerable.Range(1, 1).Where(static _ => true), new { A = 1 } })
        {
            var mocks = new Recorder(state: new Dictionary<string, object> { ["displayName"] = wrong });
            var exception = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync(
                mocks,
                Update,
                () => { _ = new Vcn("v", new VcnArgs { CompartmentId = "c" }); }));
            Assert.Contains("is not a supported argument type", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_state_of_the_wrong_type_gives_the_propertys_default()
    {
        Vcn? vcn = null;
        await Deployment.TestAsync(
            new Recorder(state: new Dictionary<string, object> { ["displayName"] = 7 }),
            Update,
            () => { vcn = new Vcn("v", new VcnArgs { CompartmentId = "c" }); });
        Assert.Null(await OutputUtilities.GetValueAsync(vcn!.DisplayName));
    }

    [Fact]
    public async Task A_provider_is_named_by_URN_and_id_and_is_inherited_from_a_parent()
    {
        var mocks = new Recorder();
        await Deployment.TestAsync(mocks, Update, () =>
        {
            var provider = new Pulumi.Oci.Provider(
                "p",
                new Pulumi.Oci.ProviderArgs { Region = "r", IgnoreDefinedTags = { "a", "b" }, DisableAutoRetries = true });
            var parent = new Component("parent", new ComponentResourceOptions { Providers = { provider } });
            _ = new Vcn("v", new VcnArgs { CompartmentId = "c" }, new CustomResourceOptions { Parent = parent });
            _ = new Vcn("w", new VcnArgs { CompartmentId = "c" });
        });
        Assert.Equal("urn:pulumi:stack::project::pulumi:pulumi:Stack$pulumi:providers:oci::p::p-id", mocks.Made["v"].Provider);
        Assert.Equal("", mocks.Made["w"].Provider);
        Assert.Equal("""[ "a", "b" ]""", mocks.Made["p"].Inputs["ignoreDefinedTags"]);
        Assert.Equal("true", mocks.Made["p"].Inputs["disableAutoRetries"]);
    }

    [Fact]
    public async Task An_invoke_with_an_unknown_argument_is_unknown_and_is_not_sent()
    {
        var mocks = new Recorder(id: null);
        Output<string>? answer = null;
        await Deployment.TestAsync(mocks, new TestOptions { IsPreview = true }, () =>
        {
            var vcn = new Vcn("v", new VcnArgs { CompartmentId = "c" });
            answer = Pulumi.Oci.Identity.GetAvailabilityDomains.Invoke(new() { CompartmentId = vcn.Id }).Apply(static all => all.Id);
        });
        Assert.False(await OutputUtilities.GetIsKnownAsync(answer!));
        Assert.Empty(mocks.Called);
    }

    [Fact]
    public async Task An_invoke_returns_the_mocks_answer()
    {
        var mocks = new Recorder();
        var names = ImmutableArray<string>.Empty;
        await Deployment.TestAsync(mocks, Update, () =>
        {
            Pulumi.Oci.Identity.GetAvailabilityDomains.Invoke(new() { CompartmentId = "c" })
                .Apply(all => names = [.. all.AvailabilityDomains.Select(static each => each.Name)]);
        });
        Assert.Equal(["one"], names);
        Assert.Equal("oci:Identity/getAvailabilityDomains:getAvailabilityDomains", Assert.Single(mocks.Called));
    }

    [Fact]
    public async Task Transformations_of_the_stack_see_every_resource_with_its_options()
    {
        var seen = new List<(string Name, bool? Protect)>();
        await Deployment.TestWithServiceProviderAsync<SeenStack>(new Recorder(), new Services(() => new SeenStack(new StackOptions
        {
            ResourceTransformations =
            {
                args =>
                {
                    seen.Add((args.Resource.GetResourceName(), args.Options.Protect));
                    return null;
                },
            },
        })));
        Assert.Equal([("project-stack", null), ("parent", true), ("v", null)], seen);
    }

    [Fact]
    public async Task An_output_property_of_a_stack_that_is_not_set_fails()
    {
        var exception = await Assert.ThrowsAsync<RunException>(() => Deployment.TestAsync<ForgetfulStack>(new Recorder()));
        Assert.Contains("Output(s) 'Forgotten' have no value assigned", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_comes_from_the_environment()
    {
        Environment.SetEnvironmentVariable(
            "PULUMI_CONFIG",
            """{ "project:a": "1", "project:b": "x", "project:c": "{\"A\":2}", "other:config:d": "true" }""");
        try
        {
            await Deployment.TestAsync(new Recorder(), Update, () =>
            {
                var config = new Config();
                Assert.Equal(1, config.RequireInt32("a"));
                Assert.Throws<RunException>(() => { _ = Thrown(() => config.GetInt32("b")); });
                Assert.Throws<RunException>(() => { _ = Thrown(() => config.Require("z")); });
                Assert.Equal(2, config.RequireObject<JsonElement>("c").GetProperty("A").GetInt32());
                Assert.True(new Config("other").GetBoolean("d"));
                Assert.Null(config.Get("z"));
            });
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
        }

        Assert.Throws<InvalidOperationException>(static () => new Config());

        // Assert.Throws requires the exact type, and the SDK throws private subclasses.
        static object? Thrown<T>(Func<T> get)
        {
            try
            {
                return get();
            }
            catch (RunException exception)
            {
                throw new RunException(exception.Message);
            }
        }
    }

    [Fact]
    public async Task Lists_and_maps_take_values_and_outputs_and_a_key_given_twice_with_another_value_fails_when_read()
    {
        await Deployment.TestAsync(new Recorder(), Update, async () =>
        {
            InputList<string> list = ["a", Output.Create("b")];
            list.Add("c");
            Assert.Equal(["a", "b", "c"], await OutputUtilities.GetValueAsync(list.ToOutput()));
            InputMap<string> map = new() { { "a", "1" }, { "b", Output.Create("2") } };
            Assert.Equal("2", (await OutputUtilities.GetValueAsync(InputMap<string>.Merge(map, new() { { "a", "3" } }).ToOutput()))["b"]);
            Assert.Throws<NotSupportedException>(() => ((System.Collections.IEnumerable)list).GetEnumerator());
            return;
        });
        await Assert.ThrowsAnyAsync<Exception>(() => Deployment.TestAsync(new Recorder(), Update, static () =>
        {
            _ = new Vcn("v", new VcnArgs { CompartmentId = "c", FreeformTags = { { "a", "1" }, { "a", "2" } } });
        }));
    }

    [Fact]
    public async Task Unions_and_kinds_of_Kubernetes_reach_a_mock_as_plain_values()
    {
        var mocks = new Recorder();
        await Deployment.TestAsync(mocks, Update, static () =>
        {
            _ = new Pulumi.Kubernetes.Core.V1.Service("s", new()
            {
                Spec = new Pulumi.Kubernetes.Types.Inputs.Core.V1.ServiceSpecArgs
                {
                    Type = "ClusterIP",
                    Ports = { new Pulumi.Kubernetes.Types.Inputs.Core.V1.ServicePortArgs { Port = 80, TargetPort = "http" } },
                },
            });
        });
        var inputs = mocks.Made["s"].Inputs;
        Assert.Equal(["apiVersion", "kind", "spec"], inputs.Keys.Order());
        Assert.Equal(("v1", "Service"), (inputs["apiVersion"], inputs["kind"]));
        var ports = (ImmutableArray<object>)((ImmutableDictionary<string, object>)inputs["spec"])["ports"];
        var port = (ImmutableDictionary<string, object>)ports[0];
        Assert.Equal((80.0, "http"), (port["port"], port["targetPort"]));
    }

    [Fact]
    public async Task A_program_does_not_run_without_an_engine()
    {
        // The official package throws. The double writes one line (RefusalTests) and returns a failure's exit code.
        var (isRun, exitCode) = (false, 1);
        var failure = await Record.ExceptionAsync(async () => exitCode = await Deployment.RunAsync(() => { isRun = true; }));
        Assert.False(isRun);
        Assert.True(failure is InvalidOperationException || (failure is null && exitCode != 0), $"{failure}, exit code {exitCode}");
    }

    private sealed class Component(
        string name,
        ComponentResourceOptions? options = null) : ComponentResource("test:index:Component", name, options);

    private sealed class SeenStack : Stack
    {
        public SeenStack(StackOptions options)
            : base(options)
        {
            var parent = new Component("parent", new ComponentResourceOptions { Protect = true });
            _ = new Vcn("v", new VcnArgs { CompartmentId = "c" }, new CustomResourceOptions { Parent = parent });
        }
    }

    private sealed class ForgetfulStack : Stack
    {
        [Output]
        public Output<string> Forgotten { get; set; } = null!;
    }

    private sealed class Services(Func<object> make) : IServiceProvider
    {
        public object? GetService(Type serviceType) => make();
    }

    private sealed class Recorder(string? id = "", object? state = null) : IMocks
    {
        internal Dictionary<string, MockResourceArgs> Made { get; } = [];

        internal List<string> Called { get; } = [];

        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            lock (Made)
                Made[args.Name!] = args;
            return Task.FromResult((id is null ? null : $"{args.Name}-id", state ?? args.Inputs));
        }

        public Task<object> CallAsync(MockCallArgs args)
        {
            Called.Add(args.Token!);
            return Task.FromResult<object>(new Dictionary<string, object>
            {
                ["availabilityDomains"] = new List<object> { new Dictionary<string, object> { ["name"] = "one" } },
            });
        }
    }
}
