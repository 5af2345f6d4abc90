using CsCheck;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Contracts;

public class HostSettingsTests
{
    private static readonly Gen<TimeSpan> SomeTime = Gen.Frequency(
        (2, Gen.Long[0, TimeSpan.TicksPerDay].Select(TimeSpan.FromTicks)),
        (1, Gen.Int[0, 20].Select(tick => TimeSpan.FromTicks(tick))),
        (1, Gen.Int[0, 86_400].Select(s => TimeSpan.FromSeconds(s))));

    private static readonly Gen<string> SomeText = Gen.String[Gen.Char[' ', 'ÿ'], 1, 20];

    private static readonly Gen<(
        string Urls,
        LogFormat? Format,
        string? AddressFile,
        bool StopWithParent,
        TimeSpan Delay,
        TimeSpan Timeout)> Shared =
        Gen.Select(
            SomeText,
            Gen.Int[0, 2].Select(i => i == 2 ? (LogFormat?)null : (LogFormat)i),
            Gen.Null(SomeText),
            Gen.Bool,
            SomeTime,
            SomeTime);

    private static readonly Gen<OciSettings> SomeOci = Gen.Select(
        Gen.Enum<OciIdentity>(),
        SomeText,
        SomeText,
        Gen.Null(Gen.Const("http://127.0.0.1:1")))
        .Select((identity, file, profile, endpoint) => new OciSettings
        {
            Identity = identity,
            Region = "eu-frankfurt-1",
            ConfigFile = file,
            Profile = identity == OciIdentity.ConfigFile ? profile : "DEFAULT",
            ObjectStorageEndpoint = endpoint,
            NosqlEndpoint = endpoint,
            MonitoringEndpoint = endpoint,
        });

    [Fact]
    public void A_routers_settings_survive_the_round_trip_through_its_environment() =>
        Gen.Select(Shared, SomeText, SomeText, Gen.Null(SomeText), Gen.Long[1, long.MaxValue])
            .Sample((shared, plan, endpoints, clients, bytes) =>
            {
                var settings = new RouterSettings
                {
                    Urls = shared.Urls,
                    LogFormat = shared.Format,
                    AddressFile = shared.AddressFile,
                    StopWithParent = shared.StopWithParent,
                    DrainDelay = shared.Delay,
                    DrainTimeout = shared.Timeout,
                    Plan = plan,
                    Endpoints = endpoints,
                    Clients = clients,
                    MaxRequestBytes = bytes,
                    BudgetBytes = bytes % 2 == 0 ? bytes : null,
                    MaxConnections = bytes % 2 == 0 ? null : 1 + (bytes % 1000),
                    AccessLog = (bytes % 3) switch
                    {
                        0 => null,
                        1 => new AccessLogSettings { Folder = plan, MostBytes = AccessLogSettings.LeastBytes },
                        _ => new AccessLogSettings { Sample = (int)(bytes % 10_001) },
                    },
                    OtlpEndpoint = bytes % 5 == 0 ? "http://collector:4317" : null,
                };
                Assert.Equal(settings, new RouterSettings(Environment(settings.ToEnvironment())));
            });

    [Fact]
    public void An_inference_services_settings_survive_the_round_trip_through_its_environment() =>
        Gen.Select(
            Shared,
            Gen.Select(Gen.Int[1, ModelVersion.MaxNumber], SomeText, Gen.Int[0, 1024]),
            Gen.Select(Gen.Int[1, 1024], Gen.Int[0, 1_000_000], Gen.Long[1, int.MaxValue]),
            Gen.Select(SomeText, SomeTime),
            Gen.Null(SomeOci))
        .Sample((shared, one, two, reports, oci) =>
        {
            var settings = new InferenceSettings
            {
                Urls = shared.Urls,
                LogFormat = shared.Format,
                AddressFile = shared.AddressFile,
                StopWithParent = shared.StopWithParent,
                DrainDelay = shared.Delay,
                DrainTimeout = shared.Timeout,
                Model = ModelName.Parse("fraud"),
                Version = new ModelVersion(one.Item1),
                Registry = one.Item2,
                Oci = oci,
                Concurrency = one.Item3,
                Threads = two.Item1,
                BatchRows = two.Item1,
                QueueLimit = two.Item2,
                MaxRequestBytes = two.Item3,
                Environment = reports.Item1,
                Minute = reports.Item2 + TimeSpan.FromSeconds(1) is var minute && minute > TimeSpan.FromDays(1)
                    ? TimeSpan.FromDays(1)
                    : minute,
                MaxModelBytes = 1 + (two.Item3 / 2),
                BudgetBytes = two.Item2 % 2 == 0 ? two.Item3 : null,
                RuntimeBytes = two.Item2 % 3 == 0 ? two.Item3 : null,
                MaxAnswerBytes = two.Item2 % 5 == 0 ? two.Item3 : null,
                RequestTimeout = TimeSpan.FromSeconds(two.Item1),
                LoadTimeout = TimeSpan.FromMilliseconds(two.Item1),
                FeatureTimeout = TimeSpan.FromMilliseconds(two.Item1),
            };
            Assert.Equal(settings, new InferenceSettings(Environment(settings.ToEnvironment())));
        });

    [Fact]
    public void An_inference_services_cache_survives_the_round_trip_through_its_environment()
    {
        var settings = new InferenceSettings
        {
            Model = ModelName.Parse("fraud"),
            Version = new ModelVersion(1),
            Registry = "file:r",
            Cache = new CacheSettings { Addresses = ["c:1"], User = "u", Password = "p", Tls = true },
        };
        var read = new InferenceSettings(Environment(settings.ToEnvironment()));
        Assert.Equal(settings.Cache.Addresses, read.Cache!.Addresses);
        Assert.Equal(settings with { Cache = null }, read with { Cache = null });
        Assert.Equal(("u", "p", true), (read.Cache.User, read.Cache.Password, read.Cache.Tls));
    }

    [Fact]
    public void An_environment_with_only_the_required_variables_gives_the_defaults()
    {
        Assert.Equal(
            new RouterSettings { Plan = "file:p", Endpoints = "file:e" },
            new RouterSettings(Environment(new Dictionary<string, string>
            {
                ["MODELSERVING_PLAN"] = "file:p",
                ["MODELSERVING_ENDPOINTS"] = "file:e",
                ["MODELSERVING_DRAIN_DELAY"] = "",
            })));
        Assert.Equal(
            new InferenceSettings { Model = ModelName.Parse("fraud"), Version = new ModelVersion(1), Registry = "file:r" },
            new InferenceSettings(Environment(new Dictionary<string, string>
            {
                ["MODELSERVING_MODEL"] = "fraud",
                ["MODELSERVING_VERSION"] = "1",
                ["MODELSERVING_REGISTRY"] = "file:r",
            })));
    }

    [Fact]
    public void Routers_versions_and_stack_files_have_the_gateways_limit_of_a_body_by_default()
    {
        const int TwentyMegabytes = 20 * 1024 * 1024;
        Assert.Equal(TwentyMegabytes, BodyLimits.Gateway);
        Assert.Equal(TwentyMegabytes, new RouterSettings { Plan = "p", Endpoints = "e" }.MaxRequestBytes);
        Assert.Equal(
            TwentyMegabytes,
            new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "r" }.MaxRequestBytes);
        Assert.Equal(TwentyMegabytes, new StackSettings { Models = new Dictionary<ModelName, ModelSettings>() }.MaxRequestBytes);
    }

    [Fact]
    public void Each_variable_has_its_documented_name()
    {
        var names = new RouterSettings
        {
            Plan = "p",
            Endpoints = "e",
            AddressFile = "f",
            LogFormat = LogFormat.Json,
            StopWithParent = true,
            Journal = "j",
            JournalSnapshot = "s",
            JournalBucket = "b",
            AdminUrls = "u",
            AdminAddressFile = "a",
            GrpcUrls = "g",
            MaxConnections = 1,
            AccessLog = new AccessLogSettings { Folder = "a", Sample = 1 },
            OtlpEndpoint = "http://127.0.0.1:4317",
            Cache = new CacheSettings { Addresses = ["c:1"], User = "u", Password = "p", Tls = true },
        }.ToEnvironment().Keys
            .Union(new InferenceSettings
            {
                Model = ModelName.Parse("m"),
                Version = new ModelVersion(1),
                Registry = "r",
                Oci = Full(OciIdentity.WorkloadIdentity),
                BudgetBytes = 1,
                RuntimeBytes = 1,
                MaxAnswerBytes = 1,
            }.ToEnvironment().Keys)
            .Union(new InferenceSettings
            {
                Model = ModelName.Parse("m"),
                Version = new ModelVersion(1),
                Registry = "r",
                Oci = Full(OciIdentity.ConfigFile),
            }.ToEnvironment().Keys)
            .Union(new InferenceSettings { Pool = "file:p", PoolState = "s", ModelsBytes = 1, Registry = "r" }.ToEnvironment().Keys)
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "ASPNETCORE_URLS",
                "MODELSERVING_ACCESS_LOG",
                "MODELSERVING_ACCESS_LOG_BYTES",
                "MODELSERVING_ACCESS_LOG_SAMPLE",
                "MODELSERVING_ADDRESS_FILE",
                "MODELSERVING_ADMIN_ADDRESS_FILE",
                "MODELSERVING_ADMIN_URLS",
                "MODELSERVING_BATCH_ROWS",
                "MODELSERVING_BUDGET_BYTES",
                "MODELSERVING_CACHE",
                "MODELSERVING_CACHE_PASSWORD",
                "MODELSERVING_CACHE_TLS",
                "MODELSERVING_CACHE_USER",
                "MODELSERVING_CONCURRENCY",
                "MODELSERVING_DRAIN_DELAY",
                "MODELSERVING_DRAIN_TIMEOUT",
                "MODELSERVING_ENDPOINTS",
                "MODELSERVING_ENVIRONMENT",
                "MODELSERVING_FEATURE_TIMEOUT",
                "MODELSERVING_GRPC_URLS",
                "MODELSERVING_JOURNAL",
                "MODELSERVING_JOURNAL_BUCKET",
                "MODELSERVING_JOURNAL_SNAPSHOT",
                "MODELSERVING_LOAD_TIMEOUT",
                "MODELSERVING_LOG_FORMAT",
                "MODELSERVING_MAX_ANSWER_BYTES",
                "MODELSERVING_MAX_CONNECTIONS",
                "MODELSERVING_MAX_MODEL_BYTES",
                "MODELSERVING_MAX_REQUEST_BYTES",
                "MODELSERVING_MINUTE",
                "MODELSERVING_MODEL",
                "MODELSERVING_MODELS_BYTES",
                "MODELSERVING_OCI_CONFIG_FILE",
                "MODELSERVING_OCI_IDENTITY",
                "MODELSERVING_OCI_MONITORING_ENDPOINT",
                "MODELSERVING_OCI_NOSQL_ENDPOINT",
                "MODELSERVING_OCI_OBJECT_STORAGE_ENDPOINT",
                "MODELSERVING_OCI_PROFILE",
                "MODELSERVING_OCI_REGION",
                "MODELSERVING_PLAN",
                "MODELSERVING_POOL",
                "MODELSERVING_POOL_PATIENCE",
                "MODELSERVING_POOL_STATE",
                "MODELSERVING_QUEUE_LIMIT",
                "MODELSERVING_REGISTRY",
                "MODELSERVING_REQUEST_TIMEOUT",
                "MODELSERVING_ROUTERS_MAX",
                "MODELSERVING_RUNTIME_BYTES",
                "MODELSERVING_STOP_WITH_PARENT",
                "MODELSERVING_THREADS", "MODELSERVING_VERSION", "OCI_REGION_METADATA", "OCI_RESOURCE_PRINCIPAL_REGION",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
            ],
            names);

        static OciSettings Full(OciIdentity identity) =>
            new()
            {
                Identity = identity,
                Region = "eu-frankfurt-1",
                RegionMetadata = "{}",
                ConfigFile = "f",
                Profile = "p",
                ObjectStorageEndpoint = "https://e",
                NosqlEndpoint = "https://n",
                MonitoringEndpoint = "https://m",
            };
    }

    [Theory]
    [InlineData("ACCESS_LOG_SAMPLE", "10001", "a whole number from 0 to 10000")]
    [InlineData("LOG_FORMAT", "xml", "'text' or 'json'")]
    [InlineData("LOG_FORMAT", "1", "'text' or 'json'")]
    [InlineData("LOG_FORMAT", "text,json", "'text' or 'json'")]
    [InlineData("STOP_WITH_PARENT", "1", "'true' or 'false'")]
    [InlineData("DRAIN_DELAY", "-1", "a number of seconds from 0 to 86400")]
    [InlineData("DRAIN_DELAY", "86401", "a number of seconds from 0 to 86400")]
    [InlineData("DRAIN_DELAY", "5s", "a number of seconds from 0 to 86400")]
    [InlineData("DRAIN_DELAY", "NaN", "a number of seconds from 0 to 86400")]
    [InlineData("DRAIN_DELAY", "-Infinity", "a number of seconds from 0 to 86400")]
    [InlineData("DRAIN_TIMEOUT", "99999999999999999999999999999999999", "a number of seconds from 0 to 86400")]
    [InlineData("MODEL", "Fraud", "a model's name: 1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit")]
    [InlineData("VERSION", "01", "a whole number from 1 to 999999999, without leading zeros")]
    [InlineData("CONCURRENCY", "-1", "a whole number from 0 to 1024")]
    [InlineData("CONCURRENCY", "1025", "a whole number from 0 to 1024")]
    [InlineData("BATCH_ROWS", "0", "a whole number from 1 to 1024")]
    [InlineData("THREADS", "0", "a whole number from 1 to 1024")]
    [InlineData("QUEUE_LIMIT", "1e3", "a whole number from 0 to 1000000")]
    [InlineData("MAX_REQUEST_BYTES", "64MB", "a whole number from 1 to 2147483647")]
    [InlineData("MAX_REQUEST_BYTES", "0", "a whole number from 1 to 2147483647")]
    [InlineData("MINUTE", "0.5", "a number of seconds from 1 to 86400")]
    [InlineData("REQUEST_TIMEOUT", "0", "a number of seconds from 0.001 to 86400")]
    [InlineData("LOAD_TIMEOUT", "2m", "a number of seconds from 0.001 to 86400")]
    [InlineData("MINUTE", "1m", "a number of seconds from 1 to 86400")]
    [InlineData("OCI_MONITORING_ENDPOINT", "telemetry.example", "an address without a path, as in https://HOST")]
    [InlineData("OCI_IDENTITY", "WorkloadIdentity", "workload-identity, resource-principal, instance-principal or config-file")]
    [InlineData("OCI_IDENTITY", "config_file", "workload-identity, resource-principal, instance-principal or config-file")]
    [InlineData("OCI_REGION", "fra", "a region's identifier, as in eu-frankfurt-1")]
    [InlineData("OCI_REGION", "EU-FRANKFURT-1", "a region's identifier, as in eu-frankfurt-1")]
    [InlineData("OCI_REGION", "eu-frankfurt-1\n", "a region's identifier, as in eu-frankfurt-1")]
    [InlineData("OCI_OBJECT_STORAGE_ENDPOINT", "objectstorage.example", "an address without a path, as in https://HOST")]
    [InlineData("OCI_OBJECT_STORAGE_ENDPOINT", "https://objectstorage.example/n", "an address without a path, as in https://HOST")]
    [InlineData("OCI_NOSQL_ENDPOINT", "nosql.example", "an address without a path, as in https://HOST")]
    [InlineData("OCI_OBJECT_STORAGE_ENDPOINT", "ftp://objectstorage.example", "an address without a path, as in https://HOST")]
    [InlineData("OCI_OBJECT_STORAGE_ENDPOINT", "https://user@objectstorage.example", "an address without a path, as in https://HOST")]
    public void The_error_for_a_wrong_variable_names_it_and_its_form(string name, string value, string right)
    {
        var variables = new Dictionary<string, string>
        {
            ["MODELSERVING_MODEL"] = "fraud",
            ["MODELSERVING_VERSION"] = "1",
            ["MODELSERVING_REGISTRY"] = "file:r",
            ["MODELSERVING_OCI_IDENTITY"] = "config-file",
            ["MODELSERVING_" + name] = value,
        };
        var e = Assert.Throws<ContractException>(() => new InferenceSettings(Environment(variables)));
        Assert.Equal($"the environment variable MODELSERVING_{name} is '{value}'; it must be {right}", e.Message);
    }

    [Theory]
    [InlineData("MODELSERVING_PLAN", "file:PATH or kubernetes:NAMESPACE/NAME")]
    [InlineData("MODELSERVING_ENDPOINTS", "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT")]
    public void The_error_for_a_missing_variable_names_it_and_its_form(string name, string right)
    {
        var variables = new Dictionary<string, string> { ["MODELSERVING_PLAN"] = "file:p", ["MODELSERVING_ENDPOINTS"] = "file:e" };
        foreach (var unset in (Action[])[() => variables[name] = "", () => variables.Remove(name)])
        {
            unset();
            var e = Assert.Throws<ContractException>(() => new RouterSettings(Environment(variables)));
            Assert.Equal($"the environment variable {name} is not set; it must be {right}", e.Message);
        }
    }

    [Fact]
    public void Every_property_has_a_row_and_every_row_a_property()
    {
        foreach (var settings in (HostSettings[])
        [
            new RouterSettings { Plan = "p", Endpoints = "e" },
            new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "r" },
            new FunctionsHostSettings { Journal = "j" },
        ])
        {
            var properties = settings.GetType()
                .GetProperties()
                .Where(static property => property.CanWrite)
                .Select(static property => property.Name);
            Assert.Equal(
                properties.Order(StringComparer.Ordinal),
                settings.All.Select(static row => row.Property).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_workload_identity_needs_a_region_and_a_region_needs_an_identity()
    {
        Assert.Equal(
            "the environment variable MODELSERVING_OCI_REGION is not set; with workload-identity it must be a region's identifier, as " +
                "in eu-frankfurt-1",
            Assert.Throws<ContractException>(() => OciSettings.Read(Environment(new Dictionary<string, string>
            {
                ["MODELSERVING_OCI_IDENTITY"] = "workload-identity",
            }))).Message);
        Assert.Equal(
            "the environment variable MODELSERVING_OCI_IDENTITY is not set, and MODELSERVING_OCI_REGION is; it must be " +
                "workload-identity, resource-principal, instance-principal or config-file",
            Assert.Throws<ContractException>(() => OciSettings.Read(Environment(new Dictionary<string, string>
            {
                ["MODELSERVING_OCI_REGION"] = "eu-frankfurt-1",
            }))).Message);
        Assert.Null(OciSettings.Read(Environment(new Dictionary<string, string>())));
    }

    [Fact]
    public void The_log_format_can_be_in_any_case() => Assert.Equal(
        LogFormat.Json,
        new RouterSettings(Environment(new Dictionary<string, string>
        {
            ["MODELSERVING_PLAN"] = "p",
            ["MODELSERVING_ENDPOINTS"] = "e",
            ["MODELSERVING_LOG_FORMAT"] = "JSON",
        })).LogFormat);

    private static HostEnvironment Environment(IReadOnlyDictionary<string, string> variables) =>
        new(name => variables.GetValueOrDefault(name));
}
