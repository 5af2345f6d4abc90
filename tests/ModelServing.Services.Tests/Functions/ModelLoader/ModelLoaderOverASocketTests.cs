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

/// <summary>ModelLoader over a socket, by the Fn contract.</summary>
public sealed class ModelLoaderOverASocketTests() : ModelLoaderTests(static () => new SocketCaller());
