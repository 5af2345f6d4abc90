using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Inference;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Functions.ModelLoader;

/// <summary>ModelLoader by plain HTTP.</summary>
public sealed class ModelLoaderByHttpTests() : ModelLoaderTests(static () => new PlainCaller(FunctionName.ModelLoader));
