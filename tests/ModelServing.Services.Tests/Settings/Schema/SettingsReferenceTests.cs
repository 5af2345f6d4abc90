using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using ModelServing.TestKit;
using NJsonSchema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ModelServing.Services.Tests.Settings.Schema;

public partial class SettingsReferenceTests
{
    private const string Cloud =
        "modelserving:phase: foundation, modelserving:region: eu-frankfurt-1, modelserving:tenancy: ocid1.tenancy.oc1..a, "
        + "modelserving:compartment: ocid1.compartment.oc1..a, modelserving:cluster: { kubernetesVersion: v1.34.1 }";

    public static TheoryData<string> BadClouds =>
    [
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:dataProtection: maybe }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:homeRegion: Frankfurt }}",
        $"config: {{ modelserving:models: {{}}, {Cloud.Replace("foundation", "second", StringComparison.Ordinal)} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:registry: {{ user: {{ secure: a }}, token: plain }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:registry: {{ user: {{ secure: a }} }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:cache: {{ mode: both }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:images: {{ router: latest }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:network: {{ cidr: 10.0.0.0/8 }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:router: {{ cpu: lots }} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:gateway: {{ keysUri: \"http://a\", issuers: [a], "
            + "audiences: [b] } }",
    ];

    public static TheoryData<string> GoodFiles =>
    [
        "config: { modelserving:models: {} }",
        "config: { modelserving:models: { a: { stable: { version: 1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: \"999999999\" } } }, modelserving:local: }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: 12.5 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: 0.01 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: 4.35 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"0.10\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"100.0\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: , deadline: , routingKey: } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, deadline: 1.5m, routingKey: { header: X-Customer } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, routingKey: { claim: sub }, attemptLimit: 5s, guard: { "
        + "tolerance: \"1.25\", falseAlarm: 0.05, slowerThan: 50ms, maxErrorRate: 0.05, unreachableFor: 2m } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: { treatment: { version: "
        + "8, percent: 50 }, b: { version: 9, percent: \"0.5\" } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: { b: { version: 8, percent: "
        + "50 } }, alpha: 0.1, window: 72h, metrics: { m: { kind: rate, better: higher, output: \"p[1]\", threshold: -0.5, outcome: 1 }, "
        + "n: { kind: mean, output: p, threshold: \"0.5\", outcome: paid, cost: { falseAlarm: 5, missedInput: amount } }, "
        + "o: { kind: mean, better: lower, outcome: , smallest: 0.5 }, latency: { kind: operational } } } } } }",
        "config: { modelserving:models: {}, modelserving:local: { port: 1, state: a, registry: ../b } }",
        "config: { modelserving:models: {}, modelserving:local: { port: \"65535\" } }",
        "config: { modelserving:models: { a: { stable: { version: 2 }, keepWarm: [1, \"3\"], pods: { min: 1, cpu: 250m, "
        + "memory: 1Gi } } } }",
        $"config: {{ modelserving:models: {{}}, {Cloud} }}",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:dataProtection: false, "
            + "modelserving:registry: { user: { secure: a }, token: { secure: b } } }",
        $"config: {{ modelserving:models: {{}}, {Cloud}, modelserving:cache: {{ mode: sharded, shards: 3 }}, "
            + "modelserving:images: , modelserving:router: { cpu: \"2\" } }",
        "{ encryptionsalt: v1, config: { modelserving:models: {}, other:key: { secure: x }, plain: [1] } }",
    ];

    public static TheoryData<string> BadFiles =>
    [
        "{}",
        "[]",
        "config: []",
        "config: {}",
        "config: { modelserving:models: [] }",
        "config: { modelserving:models: { secure: x } }",
        "config: { modelserving:models: { A: { stable: { version: 1 } } } }",
        "config: { modelserving:models: { a: } }",
        "config: { modelserving:models: { a: {} } }",
        "config: { modelserving:models: { a: { stable: 1 } } }",
        "config: { modelserving:models: { a: { stable: {} } } }",
        "config: { modelserving:models: { a: { stable: { version: 0 } } } }",
        "config: { modelserving:models: { a: { stable: { version: -1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1000000000 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1.5 } } } }",
        "config: { modelserving:models: { a: { stable: { version: \"01\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: true } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1, percent: 1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, guard: { tolerance: 0.5 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, guard: { falseAlarm: 0.6 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, guard: { maxErrorRate: 1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, guard: { off: true } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, routingKey: { claim: \"\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: Q4, arms: { b: { version: 8, "
        + "percent: 50 } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: { B: { version: 8, "
        + "percent: 50 } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: [b] } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, metrics: [] } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, metrics: { m: { kind: share } } } "
        + "} } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, metrics: { m: { kind: ranking, "
        + "output: \"p[x]\" } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, metrics: { m: { kind: mean, cost: "
        + "{ missed: 1 } } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, metrics: { m: { kind: rate, "
        + "outcome: { a: 1 } } } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q4, arms: {}, alpha: 1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { percent: 2 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: 101 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: -1 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: 5% } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"0.001\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"101\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"100.01\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: \"010\" } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, canary: { version: 2, percent: { secure: x } } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, deadline: 10 } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, deadline: 1d } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, deadline: -1s } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, routingKey: X-Customer } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, routingKey: { header: X Customer } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, routingkey: { header: X-Customer } } } }",
        "config: { modelserving:models: {}, modelserving:local: { port: 0 } }",
        "config: { modelserving:models: {}, modelserving:local: { port: 65536 } }",
        "config: { modelserving:models: {}, modelserving:local: { port: \"123456\" } }",
        "config: { modelserving:models: {}, modelserving:local: { state: \"\" } }",
        "config: { modelserving:models: {}, modelserving:local: { folder: x } }",
        "config: { modelserving:models: {}, modelserving:wonder: 1 }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, keepWarm: 2 } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, keepWarm: [0] } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, keepWarm: [{ version: 2 }] } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, pods: { min: 0 } } } }",
        "config: { modelserving:models: { a: { stable: { version: 1 }, pods: { cpu: 1.5 } } } }",
    ];

    [Theory]
    [InlineData("settings.md")]
    [InlineData("settings.schema.json")]
    public void The_committed_reference_is_up_to_date(string name)
    {
        var path = Repository.Combine("docs", name);
        var made = name.EndsWith(".md", StringComparison.Ordinal) ? SettingsReference.Markdown() : SettingsReference.Schema();
        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == made,
            $"docs/{name} differs from the settings types. Run './dev docs' and commit the result.");
    }

    [Fact]
    public void Every_setting_is_in_the_page_and_in_the_schema()
    {
        var (page, schema) = (SettingsReference.Markdown(), JsonNode.Parse(SettingsReference.Schema())!["properties"]!["config"]!);
        foreach (var property in SettingsReader.Roots)
            AssertDocumented(property, StackFile.Namespace + SettingsReader.KeyOf(property), schema);

        void AssertDocumented(PropertyInfo property, string path, JsonNode parent)
        {
            var description = property.GetCustomAttribute<SettingAttribute>()!.Description;
            Assert.Matches($@"(?m)^\| `{Regex.Escape(path)}` \| [^|]+ \| [^|]+ \| {Regex.Escape(description)} \|$", page);
            var node = parent["properties"]![path.Split('.')[^1]];
            Assert.Equal(description, (string?)node?["description"]);
            if (SettingForm.Find(property.PropertyType) is not null || SettingsReader.IsList(property.PropertyType, out _))
                return;
            var isMap = SettingsReader.IsMapByName(property.PropertyType, out var group);
            foreach (var inner in SettingsReader.Properties(isMap ? group : property.PropertyType))
            {
                var name = !isMap ? ""
                    : group == typeof(ArmSettings) ? ".ARM"
                    : group == typeof(MetricSettings) ? ".METRIC"
                    : group == typeof(ClientSettings) ? ".CLIENT"
                    : group == typeof(ViewSettings) ? ".VIEW"
                    : group == typeof(PoolSettings) ? ".POOL"
                    : ".MODEL";
                var innerNode = isMap ? node!["patternProperties"]!.AsObject().Single().Value! : node!;
                AssertDocumented(inner, $"{path}{name}.{SettingsReader.KeyOf(inner)}", innerNode);
            }
        }
    }

    [Fact]
    public void Every_public_property_of_a_settings_type_is_a_setting()
    {
        Type[] types = [typeof(StackSettings), typeof(CloudSettings), .. Groups(SettingsReader.Roots).Distinct()];
        Assert.Contains(typeof(NodeSettings), types);
        foreach (var type in types)
        {
            var writable = type.GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name);
            Assert.Equal(writable.Order(), SettingsReader.Properties(type).Select(static property => property.Name).Order());
        }

        static IEnumerable<Type> Groups(IEnumerable<PropertyInfo> properties)
        {
            foreach (var property in properties)
            {
                if (SettingForm.Find(property.PropertyType) is not null || SettingsReader.IsList(property.PropertyType, out _))
                    continue;
                var type = SettingsReader.IsMapByName(property.PropertyType, out var group) ? group : property.PropertyType;
                yield return type;
                foreach (var inner in Groups(SettingsReader.Properties(type)))
                    yield return inner;
            }
        }
    }

    [Fact]
    public void The_example_in_the_page_is_a_valid_stack_file()
    {
        var example = ExampleOfPage().Match(SettingsReference.Markdown()).Groups[1].Value;
        Assert.Contains("modelserving:models", example, StringComparison.Ordinal);
        Assert.Empty(StackFile.Parse(example).Faults);
    }

    [Fact]
    public void The_page_is_plain_Markdown()
    {
        var page = SettingsReference.Markdown();
        Assert.DoesNotContain('\r', page);
        Assert.DoesNotContain("FORM_OF", page, StringComparison.Ordinal);
        Assert.All(page.Split('\n').Where(line => line.StartsWith('|')), line => Assert.Equal(5, line.Count(c => c == '|')));
    }

    [Fact]
    public async Task The_schema_accepts_the_repositorys_own_stack_files()
    {
        foreach (var stack in (string[])["dev", "staging", "prod"])
            Assert.Empty(await FaultsBySchemaAsync(await File.ReadAllTextAsync(Repository.Combine($"Pulumi.{stack}.yaml"))));
    }

    [Theory]
    [MemberData(nameof(GoodFiles))]
    public async Task The_schema_accepts_every_file_that_can_be_read(string yaml)
    {
        Assert.Empty(StackFile.Parse(yaml).Faults);
        Assert.Empty(await FaultsBySchemaAsync(yaml));
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task The_schema_rejects_every_file_that_cannot_be_read(string yaml)
    {
        Assert.NotEmpty(StackFile.Parse(yaml).Faults);
        Assert.NotEmpty(await FaultsBySchemaAsync(yaml));
    }

    [Theory]
    [MemberData(nameof(BadClouds))]
    public async Task The_schema_rejects_every_file_whose_cloud_settings_cannot_be_read(string yaml)
    {
        Assert.Empty(StackFile.Parse(yaml).Faults);
        Assert.NotEmpty(StackFile.Parse(yaml, cloud: true).Faults);
        Assert.NotEmpty(await FaultsBySchemaAsync(yaml));
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleOfPage();

    private static async Task<IEnumerable<string>> FaultsBySchemaAsync(string yaml)
    {
        var schema = await JsonSchema.FromJsonAsync(SettingsReference.Schema());
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return schema.Validate(Json(stream.Documents[0].RootNode)?.ToJsonString() ?? "null").Select(error => error.ToString());
    }

    // Converts plain scalars as an editor does, by the core schema of YAML 1.2.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Json(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or null } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain } plain
            when long.TryParse(plain.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        YamlScalarNode { Style: ScalarStyle.Plain } plain
            when decimal.TryParse(plain.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => ((YamlScalarNode)node).Value,
    };
}
