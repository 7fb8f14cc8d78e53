// Classifies pictures with @grpc/grpc-js: node classify.js HOST:PORT MODEL PICTURE...
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const { getProtoPath } = require('google-proto-files');

const protos = path.join(__dirname, '../../../proto/src/main/proto'); // yours: wherever you keep a copy
const definition = protoLoader.loadSync('cascade/v1/cascade.proto', {
  includeDirs: [protos, path.dirname(getProtoPath())], // the latter for google/rpc/status.proto
  defaults: true, enums: String, longs: Number, oneofs: true,
});
const { CascadeService } = grpc.loadPackageDefinition(definition).cascade.v1;

const within = (milliseconds) => ({ deadline: Date.now() + milliseconds });

function show(file, { answer, error }) {
  assert(answer, error?.message);
  const [label] = answer.labels;
  const why = answer.reason.replace('EXIT_REASON_', '');
  console.log(`${file} ${label.name} ${label.confidence.toFixed(3)} exit ${answer.exit} ${why}`
    + ` ${answer.gflops.toFixed(3)} GFLOPs`);
}

async function main(address, name, ...files) {
  const service = new CascadeService(address, grpc.credentials.createInsecure());
  const call = (method, request, milliseconds = 60_000) => new Promise((resolve, reject) => {
    service[method](request, within(milliseconds), (error, reply) => (error ? reject(error) : resolve(reply)));
  });
  const model = { name };
  const images = new Map(files.map((file) => [file, { encoded: fs.readFileSync(file) }]));
  const first = images.get(files[0]);

  console.log('classify: one picture, answered at exit 1 whatever it says');
  const quick = { model, policy: { stopAt: 1 }, images: [first] };
  show(files[0], (await call('Classify', quick)).results[0]);

  console.log("stream: answers as the pictures exit, by the model's own thresholds");
  const stream = service.ClassifyStream(within(60_000));
  for (const [id, image] of images) stream.write({ id, image, model });
  stream.end();
  const left = new Set(files);
  for await (const { id, result } of stream) {
    show(id, result);
    left.delete(id);
  }
  assert.strictEqual(left.size, 0);

  console.log('cascade: after every exit the client says go on or stop');
  const cascade = service.Cascade(within(60_000));
  for (const [id, image] of images) cascade.write({ id, start: { model, image } });
  const open = new Set(files);
  for await (const { id, reached, result } of cascade) {
    if (reached) {
      const enough = reached.outcome.confidence >= 0.8;
      cascade.write({ id, next: enough ? 'CASCADE_STEP_STOP' : 'CASCADE_STEP_CONTINUE' });
    } else {
      show(id, result);
      open.delete(id);
      if (open.size === 0) cascade.end();
    }
  }
  assert.strictEqual(open.size, 0);

  console.log('errors: a broken picture fails alone, a call with a status');
  const two = [first, { encoded: Buffer.from('no picture') }];
  const [good, broken] = (await call('Classify', { model, images: two })).results;
  console.log('INVALID_ARGUMENT', broken.error.message);
  assert(good.answer && broken.error.code === grpc.status.INVALID_ARGUMENT);
  for (const [code, change, milliseconds] of [
    ['NOT_FOUND', { model: { name: 'nobody' } }],
    ['INVALID_ARGUMENT', { policy: { operatingPoint: 'nowhere' } }],
    ['DEADLINE_EXCEEDED', {}, -1],
  ]) {
    const request = { model, images: [first], ...change };
    await assert.rejects(call('Classify', request, milliseconds), (error) => {
      console.log(grpc.status[error.code], error.details);
      return error.code === grpc.status[code];
    });
  }
  service.close();
  console.log('ok');
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
